using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>recvmmsg(2): many datagrams by one call, with the netlink port that each is from. For one thread.</summary>
internal sealed unsafe partial class MessageBatch : IDisposable
{
    private const int AddressSize = 12; // struct sockaddr_nl
    private const int DontWait = 0x40; // MSG_DONTWAIT
    private readonly Header* _headers;
    private readonly Piece* _pieces;
    private readonly byte* _addresses;
    private readonly byte* _bytes;
    private readonly int _capacity;
    private readonly int _size;

    public MessageBatch(int capacity, int size)
    {
        (_capacity, _size) = (capacity, size);
        _headers = (Header*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(Header));
        _pieces = (Piece*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(Piece));
        _addresses = (byte*)NativeMemory.AllocZeroed((nuint)capacity, AddressSize);
        _bytes = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)size);
        for (var i = 0; i < capacity; i++)
        {
            _pieces[i] = new() { Start = _bytes + ((long)i * size), Length = (nuint)size };
            _headers[i].Name = _addresses + (i * AddressSize);
            _headers[i].Pieces = _pieces + i;
            _headers[i].PieceCount = 1;
        }
    }

    /// <summary>Receives what has come without waiting; -1 with the errno where nothing was received.</summary>
    public int Receive(FileDescriptor file, out int errno)
    {
        for (var i = 0; i < _capacity; i++) _headers[i].NameLength = AddressSize;
        var count = ReceiveMany(file.Number, _headers, (uint)_capacity, DontWait, null);
        errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return count;
    }

    /// <summary>The bytes of one; valid until the next call.</summary>
    public ReadOnlySpan<byte> this[int index] => new(_bytes + ((long)index * _size), (int)Math.Min(_headers[index].Received, (uint)_size));

    /// <summary>The netlink port of its sender: 0 is the kernel.</summary>
    public uint Port(int index) => *(uint*)(_addresses + (index * AddressSize) + 4);

    public void Dispose()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_pieces);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_bytes);
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int fd, Header* headers, uint count, int flags, void* timeout);

    // struct mmsghdr: struct msghdr and the length that was received.
    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public byte* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
        private readonly int _padding;
        public uint Received;
        private readonly uint _end;
    }

    // struct iovec
    [StructLayout(LayoutKind.Sequential)]
    private struct Piece
    {
        public byte* Start;
        public nuint Length;
    }
}
