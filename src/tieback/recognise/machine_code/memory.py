"""Memory of a native function while it runs: pages of a library, a stack, a heap, and nothing else."""

from collections.abc import Callable

PAGE = 4096
MAX_PAGES = 1_024
"""Most pages that are touched: 4 MiB."""
MAX_ALL_PAGES = 4_096
"""Most pages that all libraries of an app touch: 16 MiB."""
MAX_INSTRUCTIONS = 60_000
"""Most different instructions of all libraries of an app; one that is read takes about a kilobyte."""
MAX_METHODS = 2_000
"""Most methods that all libraries of an app register."""
BYTES_PER_STEP = 256
"""Bytes that are moved, searched or made in about the time of an instruction."""
MAX_TEXT = 65_536
"""Most bytes of a text that ends with a zero."""

STACK = 0x7E00_0000_0000
STACK_SIZE = 1 << 18
HEAP = 0x7C00_0000_0000
HEAP_SIZE = 1 << 22
THREAD = 0x7B00_0000_0000
"""What belongs to the thread, with the guard of the stack; the pointer to it is in the middle of two pages."""
TRAPS = 0x7F00_0000_0000
"""Code addresses from here on are functions that are not in the library, or the end of the run."""
TRAP_SIZE = 1 << 21


class NotRunnableError(Exception):
    """A run cannot go on: an address without memory, an unknown instruction or function, or too much work."""


class WorkLimitError(NotRunnableError):
    """A run cannot go on because of a limit; without the limit it might have a result."""


class Room:
    """What all libraries of an app have in common: room for pages, instructions and methods that they name."""

    __slots__ = ("instructions", "methods", "pages")

    def __init__(self) -> None:
        self.pages, self.instructions, self.methods = MAX_ALL_PAGES, MAX_INSTRUCTIONS, MAX_METHODS

    def take_instruction(self) -> None:
        """Note an instruction that is read. Raises ``WorkLimitError``."""
        self.instructions -= 1
        if self.instructions < 0:
            raise WorkLimitError("too many different instructions")


class Memory:
    """Bytes by address. A page is made when it is first touched."""

    def __init__(self, fill: Callable[[int], bytes | None], room: Room | None = None) -> None:
        """Memory of one library.

        Args:
            fill: content of the page with this number, of ``PAGE`` bytes; ``None`` if the library has nothing there.
            room: what is left for all libraries of the app.
        """
        self._fill = fill
        self.room = room or Room()
        self.moved = 0
        """Bytes that functions of other libraries have moved, searched or made."""
        self._pages: dict[int, bytearray] = {}
        self._top = HEAP
        self.sizes: dict[int, int] = {}
        """Bytes of each piece of the heap."""

    def _page(self, number: int) -> bytearray:
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= MAX_PAGES or self.room.pages <= 0:
                raise WorkLimitError("too many pages of memory")
            page = self._pages[number] = self._made(number)
            self.room.pages -= 1
        return page

    def _made(self, number: int) -> bytearray:
        address = number * PAGE
        content = self._fill(number)
        if content is not None:
            return bytearray(content)
        if TRAPS <= address < TRAPS + TRAP_SIZE:  # data of another library
            return bytearray(PAGE)
        if (
            HEAP <= address < self._top
            or STACK - STACK_SIZE <= address < STACK
            or THREAD <= address < THREAD + 2 * PAGE
        ):
            return bytearray(PAGE)
        raise NotRunnableError("an address without memory")

    def put_page(self, number: int, content: bytes) -> None:
        """Add a page that no library has."""
        self._pages[number] = bytearray(content.ljust(PAGE, b"\0"))

    def read(self, address: int, size: int) -> bytes:
        """Bytes at an address. Raises ``NotRunnableError`` if there is no memory."""
        number, at = address >> 12, address & 4095
        page = self._pages.get(number) or self._page(number)
        if at + size <= PAGE:
            return bytes(page[at : at + size])
        if size > MAX_TEXT * 16:
            raise WorkLimitError("too many bytes at once")
        self.moved += size
        parts = [bytes(page[at:])]
        left = size - (PAGE - at)
        while left > 0:
            number += 1
            parts.append(bytes(self._page(number)[:left]))
            left -= PAGE
        return b"".join(parts)

    def number(self, address: int, size: int) -> int:
        """The number without a sign at an address, least byte first."""
        at = address & 4095
        page = self._pages.get(address >> 12) or self._page(address >> 12)
        if at + size <= PAGE:
            return int.from_bytes(page[at : at + size], "little")
        return int.from_bytes(self.read(address, size), "little")

    def write(self, address: int, content: bytes) -> None:
        """Store bytes. Raises ``NotRunnableError`` if there is no memory."""
        number, at = address >> 12, address & 4095
        size = len(content)
        page = self._pages.get(number) or self._page(number)
        if at + size <= PAGE:
            page[at : at + size] = content
            return
        self.moved += size
        done = PAGE - at
        page[at:] = content[:done]
        while done < size:
            number += 1
            part = content[done : done + PAGE]
            self._page(number)[: len(part)] = part
            done += PAGE

    def put_number(self, address: int, value: int, size: int) -> None:
        """Store a number, least byte first; higher bits are dropped."""
        self.write(address, (value & ((1 << size * 8) - 1)).to_bytes(size, "little"))

    def text(self, address: int, most: int = MAX_TEXT) -> bytes:
        """Bytes before the next zero. Raises ``NotRunnableError`` if there is none within ``most``."""
        found = bytearray()
        while len(found) <= most:
            at = address & 4095
            page = self._page(address >> 12)
            end = page.find(0, at)
            if end >= 0:
                found += page[at:end]
                self.moved += len(found)
                if len(found) <= most:
                    return bytes(found)
                break
            found += page[at:]
            address += PAGE - at
        raise NotRunnableError("a text without an end")

    def allocate(self, size: int) -> int:
        """A new piece of the heap, of zeros. Raises ``NotRunnableError`` if the heap is used up."""
        address = self._top
        if size < 0 or address + size + 64 > HEAP + HEAP_SIZE:
            raise WorkLimitError("too much memory")
        self._top += (size + 31) & ~15
        self.sizes[address] = size
        return address

    def allocate_bytes(self, content: bytes) -> int:
        """A new piece of the heap with this content, and a zero behind it."""
        address = self.allocate(len(content) + 1)
        self.write(address, content + b"\0")
        return address
