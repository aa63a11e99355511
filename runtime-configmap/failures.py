"""How a step ends other than well."""


class Failure(Exception):
    """What a person or the operator must know: becomes phase `error` with this text, and exit code 1."""


class LockHeld(Failure):
    """Another runtime of the same name is alive; the kubelet restarts us until it has gone."""


class StopRequested(Exception):
    """TERM or INT arrived: leave whatever is being waited for and go through the stop protocol."""


class GenerationReplaced(StopRequested):
    """Another process took over our data: stop weka by force, then wait for the instruction all the same."""
