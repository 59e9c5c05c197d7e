"""What the checks of one group share: a folder, and servers that end with the group."""

from contextlib import ExitStack

from livetest.server import Server


class World:
    def __init__(self, binary, folder, seed, is_full=False, store=None):
        self.binary = binary
        self.folder = folder
        self.seed = seed
        self.is_full = is_full
        # The name of the storage that a group runs over, where it runs over several.
        self.store = store
        self.stack = ExitStack()
        # Whatever one check leaves for the next ones of its group.
        self.server = None
        self.cluster = None

    def pick(self, short, full):
        """How much of something: in every run of the tests, or with --full."""
        return full if self.is_full else short

    def new_server(self, name, **options):
        folder = self.folder / name
        folder.mkdir()
        return self.stack.enter_context(Server(self.binary, folder, **options))

    def on_exit(self, function, *arguments):
        self.stack.callback(function, *arguments)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)
