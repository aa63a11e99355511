// What a plain hook server in Go does: it decodes the body into maps and encodes an answer of the same size as the
// hook's, which was sent to it before with PUT. No decision.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"sync"
)

func main() {
	var lock sync.RWMutex
	answers := map[string]map[string]any{}
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		var body map[string]any
		if request.Method != http.MethodGet {
			if err := json.NewDecoder(request.Body).Decode(&body); err != nil {
				http.Error(response, err.Error(), http.StatusBadRequest)
				return
			}
		}
		if request.Method == http.MethodPut {
			lock.Lock()
			answers[request.URL.Path] = body
			lock.Unlock()
		}
		lock.RLock()
		answer := answers[request.URL.Path]
		lock.RUnlock()
		text, err := json.Marshal(answer)
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("content-type", "application/json")
		_, _ = response.Write(text)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
