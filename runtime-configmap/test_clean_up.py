"""Erasing: each drive is asked whose it is, and only what belongs to the container's cluster is erased."""

import contextlib
import errno
import json
import os
import random
import subprocess
import sys
import unittest
import unittest.mock
import uuid

from clean_up import clean_up, erase
from commands import Finished
from judgement import Judgement, OUTCOMES, judge
from partitions import WEKA_PARTITION_TYPE
from paths import Paths
from settings import Settings
from testing.disk_case import GUID, OWN, Disks
from testing.disks import OTHER_TYPE, RESIGNED, damaged, gpt
from testing.runtime_case import SCRIPT

OTHER = uuid.UUID("77777777-2222-4333-8444-555566667777")
OWNER_AT = 512 * 40 + 8
FOREIGN = gpt([OTHER.bytes])
RESIGN = 'echo "$@" >> "$FAKE_WEKA/signed"; printf "%s" | dd of="$WEKA_RUNTIME_ROOT$3" bs=1 seek=%d conv=notrunc 2>/dev/null' % (
    r"\220\360\011\017" * 4, OWNER_AT)

# image of the drive -> (its outcome, what a person reads)
JUDGEMENTS = {
    "own": (OWN, "own", ""),
    "own, sectors of 4096": (gpt([GUID.bytes], sector=4096), "own", ""),
    "own, and a partition of others": (gpt([bytes(16), GUID.bytes], kinds=[OTHER_TYPE, WEKA_PARTITION_TYPE]), "own", ""),
    "own and resigned": (gpt([RESIGNED, GUID.bytes]), "own", ""),
    "resigned": (gpt([RESIGNED]), "resigned", ""),
    "an owner of zeros": (gpt([bytes(16)]), "resigned", ""),
    "none: zeros": (bytes(32768), "none", ""),
    "none: a file system without a table": (damaged(bytes(32768), 1080, b"\x53\xef"), "none", ""),
    "none: a table without weka": (gpt([GUID.bytes], kinds=[OTHER_TYPE]), "none", ""),
    "none: an old table": (damaged(bytes(32768), 446, bytes(4) + b"\x83" + bytes(59) + b"\x55\xaa"), "none", ""),
    "foreign": (FOREIGN, "foreign", "belongs to weka cluster %s, not to %s" % (OTHER, GUID)),
    "own and foreign": (gpt([GUID.bytes, OTHER.bytes]), "foreign", "belongs to weka cluster %s" % OTHER),
    "too short": (OWN[:600], "unreadable", "it ends before byte 604"),
    "cut off before the owner": (OWN[:OWNER_AT], "unreadable", "it ends before byte"),
    "nothing": (b"", "unreadable", "it ends before byte"),
    "a damaged head": (damaged(OWN, 512 + 60), "unreadable", "the header of its partition table is damaged"),
    "a senseless head": (damaged(OWN, 512 + 84, b"\x01\x00\x00\x00"), "unreadable", "the header of its partition table makes no sense"),
    "a damaged table": (damaged(OWN, 1024), "unreadable", "its partition table is damaged"),
    "a lost head": (damaged(OWN, 512, bytes(512)), "unreadable", "it has lost the head of its partition table"),
    "only the second table": (damaged(OWN, 0, bytes(2048)), "unreadable", "it has lost the head of its partition table"),
}


class Page(unittest.TestCase):
    def test_the_page_on_the_end_of_a_container_has_every_outcome(self):
        page = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "life-of-a-container.md")
        with open(page, encoding="utf-8") as file:
            cells = [line.split("|") for line in file if line.startswith("| ")]
        rows = {row[1].strip(): row[3].strip() for row in cells if row[1].strip() in OUTCOMES}
        waiting = {outcome for outcome, words in OUTCOMES.items() if words}
        self.assertEqual(({name for name, does in rows.items() if does == "waits"}, set(rows)), (waiting, set(OUTCOMES)))


class CleanUp(Disks):
    def setUp(self):
        super().setUp()
        self.put("/persistent/data/file", "x")
        os.symlink(self.at("/proc"), self.at("/persistent/link"))
        self.put("/dev/termination-log")
        self.program("weka-sign-drive", RESIGN)

    def clean_up(self, serials, cluster=str(GUID), directory="/persistent", **more):
        self.put("/tmp/.allow-clean-up")
        return self.command("clean-up", env=dict({"RESIGN_SERIALS": serials, "CLUSTER_GUID": cluster, "CLEAN_DIRECTORY": directory}, **more))

    @contextlib.contextmanager
    def waiting(self):
        """A clean-up of SER1 that nobody has allowed to begin."""
        self.disk("nvme0n1", "SER1", OWN)
        more = {"RESIGN_SERIALS": "SER1", "CLUSTER_GUID": str(GUID), "CLEAN_DIRECTORY": "/persistent"}
        with subprocess.Popen(
            [sys.executable, "-S", SCRIPT, "clean-up"], env=dict(self.env, **more), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True,
        ) as process:
            try:
                self.assertRegex(process.stdout.readline(), "waiting-to-begin waits for allow-clean-up")
                yield process
            finally:
                process.kill()

    def signed(self):
        """Devices that were given to the tool."""
        return [line.split()[-1] for line in self.get("/fake/signed").splitlines()] if os.path.exists(self.at("/fake/signed")) else []

    def assert_waits(self, done, message):
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(message, done.stderr)
        self.assertEqual(self.get("/dev/termination-log") + "\n", done.stderr)
        self.assertTrue(os.path.exists(self.at("/persistent/data/file")))

    def test_it_erases_its_own_drives_and_empties_the_directory(self):
        self.disk("nvme0n1", "SER1", OWN)
        done = self.clean_up("SER1")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, {"resigned": ["SER1"], "removed": 2, "drives": {"SER1": "own"}}))
        self.assertEqual(self.get("/fake/signed"), "--allow-erase-weka-partitions -- /dev/nvme0n1\n")
        self.assertEqual((os.listdir(self.at("/persistent")), os.path.exists(self.at("/proc/modules"))), ([], True))
        again = self.clean_up("SER1")
        self.assertEqual((again.returncode, json.loads(again.stdout)), (0, {"resigned": [], "removed": 0, "drives": {"SER1": "resigned"}}))
        self.assertEqual(self.signed(), ["/dev/nvme0n1"])

    def test_a_drive_is_erased_once_for_a_container(self):
        self.disk("nvme0n1", "SER1", OWN)
        for expected in ({"SER1": "own"}, {"SER1": "cleaned"}, {"SER1": "cleaned", "SER2": "own"}):
            self.disk("nvme1n1", "SER2", OWN)
            done = self.clean_up(",".join(expected), CLEANED_FOR="uid-1")
            self.assertEqual((done.returncode, json.loads(done.stdout)["drives"]), (0, expected))
            self.disk("nvme0n1", "SER1", OWN)
        self.assertEqual(self.signed(), ["/dev/nvme0n1", "/dev/nvme1n1"])
        self.assertEqual(json.loads(self.get("/cleaned/uid-1.json")), ["SER1", "SER2"])

    def test_for_another_container_it_is_erased_again(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.clean_up("SER1", CLEANED_FOR="uid-1")
        self.disk("nvme0n1", "SER1", OWN)
        done = self.clean_up("SER1", CLEANED_FOR="uid-2")
        self.assertEqual(json.loads(done.stdout)["drives"], {"SER1": "own"})

    def test_what_waited_was_not_done_with(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.disk("nvme1n1", "SER2", FOREIGN)
        self.assertEqual(self.clean_up("SER1,SER2", CLEANED_FOR="uid-1").returncode, 1)
        self.assertFalse(os.path.exists(self.at("/cleaned/uid-1.json")))

    def test_a_broken_record_is_none(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.put("/cleaned/uid-1.json", '["SER')
        done = self.clean_up("SER1", CLEANED_FOR="uid-1")
        self.assertEqual((done.returncode, self.get("/cleaned/uid-1.json")), (0, '["SER1"]'))

    def test_an_order_does_not_outlive_the_boot_that_it_was_given_for(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.assert_waits(self.clean_up("SER1", BOOT_ID="boot-0"), "the machine was started again")
        self.assertEqual(self.signed(), [])
        self.assertEqual(self.clean_up("SER1", BOOT_ID="boot-1").returncode, 0)

    def test_it_touches_nothing_before_it_is_allowed_to_begin(self):
        with self.waiting() as process:
            self.assertRaises(subprocess.TimeoutExpired, process.wait, 0.5)
            self.assertEqual(self.command("probe-lock", "drivex1").returncode, 0, "a runtime of its name may come meanwhile")
            self.assertEqual((self.signed(), self.get("/persistent/data/file")), ([], "x"))
            self.put("/tmp/.allow-clean-up")
            self.assertEqual(json.loads(process.communicate(timeout=20)[0])["resigned"], ["SER1"])

    def test_one_that_is_told_to_end_before_ends_at_once_and_has_touched_nothing(self):
        with self.waiting() as process:
            process.terminate()
            self.assertEqual(process.communicate(timeout=20)[1], "was told to end before it was allowed to begin\n")
            self.assertEqual((process.returncode, self.signed(), self.get("/persistent/data/file")), (1, [], "x"))

    def test_nothing_to_do_is_done(self):
        done = self.clean_up("", directory="/not-there")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, {"resigned": [], "removed": 0, "drives": {}}))

    def test_it_refuses_while_the_runtime_lives(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.start()
        self.until_phase("waiting-for-resources")
        done = self.clean_up("SER1")
        self.assertEqual((done.returncode, done.stderr), (1, "lock is held\n"))
        self.assertEqual(self.signed(), [])
        self.assertTrue(os.path.exists(self.at("/persistent/data/file")))

    def test_no_runtime_of_its_name_starts_as_long_as_it_works(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.program("weka-sign-drive", '"%s" -S "%s" probe-lock drivex1 2> "$FAKE_WEKA/probe"; %s' % (
            sys.executable, SCRIPT, RESIGN))
        self.assertEqual(self.clean_up("SER1").returncode, 0)
        self.assertEqual(self.get("/fake/probe"), "lock is held\n")

    def test_every_outcome_is_read_from_the_drive_itself(self):
        settings = Settings(dict(self.env))
        paths = Paths(settings)
        for name, (image, outcome, words) in JUDGEMENTS.items():
            with self.subTest(drive=name):
                self.disk("nvme0n1", "SER1", image)
                drive = judge(settings, paths, "SER1", GUID)
                self.assertEqual(drive.outcome, outcome, drive.waits)
                self.assertEqual(bool(drive.waits), bool(words))
                self.assertIn(words, drive.waits)
                never_joined = judge(settings, paths, "SER1", None)
                self.assertEqual(never_joined.outcome, "foreign" if outcome == "own" else outcome)

    def test_a_container_that_never_joined_owns_nothing(self):
        self.disk("nvme0n1", "SER1", OWN)
        for cluster in ("", "00000000-0000-0000-0000-000000000000"):
            done = self.clean_up("SER1", cluster=cluster)
            self.assert_waits(done, "drive SER1 (/dev/nvme0n1) belongs to weka cluster %s, and this container never joined one" % GUID)
        self.assertEqual(self.signed(), [])

    def test_what_is_no_guid_erases_nothing(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.assert_waits(self.clean_up("SER1", cluster="my-cluster"), "CLUSTER_GUID my-cluster is no GUID")
        self.assertEqual(self.signed(), [])

    def test_one_drive_that_waits_keeps_the_directory_but_not_the_others(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.disk("nvme1n1", "SER2", FOREIGN)
        self.disk("nvme2n1", "SER3", OWN)
        self.assert_waits(self.clean_up("SER1,SER2,SER3"), "drive SER2 (/dev/nvme1n1) belongs to weka cluster %s, not to %s\n" % (OTHER, GUID))
        self.assertEqual(self.signed(), ["/dev/nvme0n1", "/dev/nvme2n1"])
        self.assertEqual(self.image("nvme1n1"), FOREIGN)

    def test_a_drive_that_is_not_visible_names_where_it_may_be(self):
        self.assert_waits(self.clean_up("SER9"), "drive SER9 is not visible on this host: it is gone, or bound to a user-space driver\n")
        self.put("/sys/bus/pci/drivers/vfio-pci/0000:5e:00.0/class", "0x010802\n")
        self.put("/sys/bus/pci/drivers/vfio-pci/0000:3b:00.1/class", "0x020000\n")
        self.put("/sys/bus/pci/drivers/vfio-pci/bind", "")
        self.assert_waits(self.clean_up("SER9"), "user-space driver (such a driver holds: 0000:5e:00.0 by vfio-pci)\n")

    def test_two_devices_of_one_serial_are_refused_by_name(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.disk("nvme0n2", "SER1", OWN)
        self.put("/sys/block/nvme0n1/wwid", "eui.0001\n")
        self.assert_waits(self.clean_up("SER1"), "drive SER1 cannot be told from another: 2 devices carry its serial: /dev/nvme0n1 (eui.0001), /dev/nvme0n2\n")
        self.assertEqual(self.signed(), [])

    def test_the_hidden_paths_of_multipath_are_no_second_device(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.put("/sys/block/nvme0c0n1/device/serial", "SER1\n")
        self.put("/sys/block/sdx/device/serial", "SER1\n")
        self.put("/sys/block/sdx/hidden", "1\n")
        self.assertEqual(self.clean_up("SER1").returncode, 0)

    def test_a_device_without_its_file_waits(self):
        self.put("/sys/block/nvme0n1/device/serial", "SER1\n")
        self.assert_waits(self.clean_up("SER1"), "drive SER1 (/dev/nvme0n1) does not say whose it is: No such file or directory\n")

    def test_a_tool_that_fails_or_only_says_that_it_worked_is_not_believed(self):
        self.disk("nvme0n1", "SER1", OWN)
        self.program("weka-sign-drive", "echo device is busy >&2; exit 3")
        self.assert_waits(self.clean_up("SER1"), "drive SER1 (/dev/nvme0n1) was not erased: device is busy\n")
        self.program("weka-sign-drive", "exit 0")
        self.assert_waits(self.clean_up("SER1"), "was not erased: the tool reported success, and the drive still has an owner\n")

    def test_last_words_fit_what_the_kubelet_keeps(self):
        serials = ["S%019d" % n for n in range(1000)]
        done = self.clean_up(",".join(serials))
        self.assert_waits(done, "; and 984 more drives\n")
        self.assertLess(len(done.stderr), 4096)

    def test_the_root_directory_is_never_cleaned(self):
        for directory in ("/", "//", "/a/.."):
            self.assertEqual(self.clean_up("", directory=directory).returncode, 1, directory)

    def test_whatever_is_damaged_only_own_drives_are_ever_erased_and_the_directory_goes_last(self):
        chance = random.Random(19)
        images = [image for image, _, _ in JUDGEMENTS.values()]
        settings = Settings(dict(self.env, RESIGN_SERIALS="S0,S1,S2,S3", CLUSTER_GUID=str(GUID), CLEAN_DIRECTORY="/persistent"))

        def run(argv, _timeout):
            image = self.image(os.path.basename(argv[-1]))
            self.assertNotIn(OTHER.bytes, image)
            self.assertIn(GUID.bytes, image)
            erased.append(argv[-1])
            with open(self.at(argv[-1]), "wb") as file:
                file.write(gpt([RESIGNED]))
            return Finished(0, "", "")

        for _ in range(120):
            erased = []
            self.put("/tmp/.allow-clean-up")
            self.put("/persistent/kept", "x")
            names = ["nvme%dn1" % n for n in range(4)]
            serials = ["S%d" % chance.randrange(5) if chance.random() < 0.2 else "S%d" % n for n in range(4)]
            for name, serial in zip(names, serials):
                image = chance.choice(images)
                if image and chance.random() < 0.4:
                    image = damaged(image, chance.randrange(len(image)), bytes([chance.randrange(256)]))
                self.disk(name, serial, image)
            with unittest.mock.patch("clean_up.run", run), unittest.mock.patch("builtins.print"):
                code = clean_up(settings, [])
            for name, serial in zip(names, serials):
                if serials.count(serial) > 1:
                    self.assertNotIn("/dev/" + name, erased)
            if code == 0:
                self.assertEqual(sorted(serials), ["S0", "S1", "S2", "S3"])
            self.assertEqual(os.path.exists(self.at("/persistent/kept")), code != 0)


class Identity(Disks):
    """What is checked on the open file."""

    def setUp(self):
        super().setUp()
        self.disk("nvme0n1", "SER1", OWN)
        self.put("/sys/block/nvme0n1/dev", "259:0\n")
        self.settings = Settings(dict(self.env))
        self.paths = Paths(self.settings)
        self.ran = []

    def judge(self):
        return judge(self.settings, self.paths, "SER1", GUID)

    def erase(self, run):
        with unittest.mock.patch("clean_up.run", run):
            return erase(self.settings, self.paths, Judgement("SER1", "own", "/dev/nvme0n1"), GUID)

    def run_nothing(self, argv, _timeout):
        self.ran.append(argv)
        return Finished(0, "", "")

    def block_device(self, major, minor):
        """The plain file of the test looks like that block device."""
        real = os.fstat

        def fstat(descriptor):
            status = list(real(descriptor))
            status[0] = 0o60660
            return unittest.mock.Mock(st_mode=status[0], st_rdev=os.makedev(major, minor))

        return unittest.mock.patch("os.fstat", fstat)

    def test_the_open_device_has_to_be_the_one_of_the_kernel(self):
        with self.block_device(259, 0):
            self.assertEqual(self.judge().outcome, "own")
        with self.block_device(259, 5):
            self.assertIn("its file is device 259:5, for the kernel it is 259:0", self.judge().waits)
            drive = self.erase(self.run_nothing)
            self.assertEqual((drive.outcome, self.ran), ("not erased", []))

    def test_on_a_real_host_a_plain_file_is_no_drive(self):
        self.settings.root = "/"
        self.assertFalse(self.settings.moved)
        self.assertIn("its file is no block device", self.judge().waits)

    def test_a_serial_that_moved_since_the_list_was_made_is_seen(self):
        with unittest.mock.patch("judgement.block_devices", lambda _: {"SER1": ["nvme0n1"]}):
            self.put("/sys/block/nvme0n1/device/serial", "SER2\n")
            self.assertIn("it has another serial now", self.judge().waits)
        self.assertEqual((self.erase(self.run_nothing).outcome, self.ran), ("not erased", []))

    def test_an_owner_that_changed_since_it_was_judged_is_seen(self):
        self.disk("nvme0n1", "SER1", FOREIGN)
        self.assertEqual((self.erase(self.run_nothing).outcome, self.ran), ("foreign", []))
        self.disk("nvme0n1", "SER1", gpt([RESIGNED]))
        self.assertEqual((self.erase(self.run_nothing).outcome, self.ran), ("resigned", []))

    def test_what_the_host_uses_is_not_erased(self):
        real = os.open

        def busy(path, flags, *more):
            if flags & os.O_EXCL:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
            return real(path, flags, *more)

        with unittest.mock.patch("os.open", busy):
            drive = self.erase(self.run_nothing)
        self.assertEqual((drive.waits, self.ran), ("drive SER1 (/dev/nvme0n1) was not erased: Device or resource busy", []))

    def test_a_drive_that_does_not_read_waits(self):
        with unittest.mock.patch("os.pread", side_effect=OSError(errno.EIO, os.strerror(errno.EIO))):
            self.assertEqual(self.judge().waits, "drive SER1 (/dev/nvme0n1) does not say whose it is: Input/output error")

    def test_the_drive_stays_open_while_the_tool_works(self):
        def run(argv, _timeout):
            opened = [os.readlink("/proc/self/fd/" + name) for name in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + name)]
            self.ran.append(self.at(argv[-1]) in opened)
            self.disk("nvme0n1", "SER1", gpt([RESIGNED]))
            return Finished(0, "", "")

        self.assertEqual((self.erase(run).outcome, self.ran), ("own", [True]))


if __name__ == "__main__":
    unittest.main()
