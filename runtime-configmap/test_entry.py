"""The modules: what a command loads, who may be loaded by whom, and what a pod of a release has."""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = sorted(name[:-3] for name in os.listdir(HERE) if name.endswith(".py") and not name.startswith("test_"))
# what only a starting pod needs
OF_A_START = {"agent", "children", "life", "modes", "network", "persistency", "runtime", "stop", "weka_container"}


def imported(module):
    """The modules of the runtime that one names, wherever in it."""
    with open(os.path.join(HERE, module + ".py")) as file:
        nodes = list(ast.walk(ast.parse(file.read())))
    names = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return set(names) & set(MODULES)


def loaded(*arguments):
    """The modules of the runtime that a command has loaded at its end."""
    program = (
        "import atexit, runpy, sys\n"
        "atexit.register(lambda: sys.stderr.write(' '.join(sys.modules)))\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, os.path.join(HERE, "weka_runtime.py")] + list(arguments),
        env={"WEKA_RUNTIME_ROOT": "/nowhere", "PYTHONPATH": HERE, "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, universal_newlines=True,
    )
    return set(done.stderr.split()) & set(MODULES)


class Modules(unittest.TestCase):
    def test_each_is_loaded_after_those_that_it_needs(self):
        left = {module: imported(module) for module in MODULES}
        while left:
            free = [module for module, needed in left.items() if not needed & set(left)]
            self.assertTrue(free, "they load each other: %s" % left)
            left = {module: needed for module, needed in left.items() if module not in free}

    def test_none_stands_before_one_of_the_standard_library(self):
        known = set(getattr(sys, "stdlib_module_names", ())) | set(sys.builtin_module_names)
        self.assertEqual(known & set(MODULES), set())

    def test_a_command_loads_only_what_it_needs(self):
        self.assertEqual(loaded("reprot"), {"failures", "settings"})
        self.assertEqual(loaded("probe-lock"), {"failures", "settings", "lock"})
        self.assertEqual(loaded("write-resources"), {"failures", "settings", "operator_resources", "files", "paths", "state_files", "log"})
        for command in ("report", "cli", "clean-up"):
            self.assertEqual(loaded(command) & OF_A_START, set(), command)


class MountedInAPod(unittest.TestCase):
    def test_the_entry_finds_its_modules_in_the_directory_beside_it(self):
        opt = tempfile.mkdtemp(prefix="weka-runtime-")
        self.addCleanup(shutil.rmtree, opt)
        shutil.copytree(HERE, os.path.join(opt, "weka-boot-scripts"), ignore=shutil.ignore_patterns("__pycache__"))
        entry = os.path.join(opt, "weka_runtime.py")
        shutil.copy(os.path.join(HERE, "weka_runtime.py"), entry)
        command = [sys.executable, "-S", entry, "probe-lock", os.path.basename(opt)]
        self.assertEqual(subprocess.run(command, env={"PATH": os.environ["PATH"]}).returncode, 0)


if __name__ == "__main__":
    unittest.main()
