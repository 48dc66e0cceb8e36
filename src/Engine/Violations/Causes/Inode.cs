using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Violations;

/// <summary>A file or directory of a target, held by an O_PATH descriptor, with what statx(2) says of it.</summary>
internal sealed unsafe partial class Inode : IDisposable
{
    private const int TypeMask = 0xF000, Link = 0xA000, DirectoryType = 0x4000, Regular = 0x8000, Character = 0x2000, Block = 0x6000;
    private const ulong Immutable = 0x10, AppendOnly = 0x20; // STATX_ATTR_*
    // Of file systems whose server has a say in permissions (linux/magic.h): FUSE, NFS, CIFS, SMB2, 9P, Ceph, AFS.
    private static readonly HashSet<uint> Remote = [0x65735546, 0x6969, 0xFF534D42, 0xFE534D42, 0x01021997, 0x00C36400, 0x5346414F];

    private readonly FileDescriptor _descriptor;

    private Inode(FileDescriptor descriptor, string path)
    {
        _descriptor = descriptor;
        Path = path;
        Span<byte> s = stackalloc byte[256]; // struct statx
        fixed (byte* at = s, empty = "\0"u8)
        {
            // STATX_BASIC_STATS|STATX_MNT_ID, AT_EMPTY_PATH
            Check.Result("statx", Statx(descriptor.Number, empty, 0x1000, 0x17FF, at), path);
        }

        Attributes = BinaryPrimitives.ReadUInt64LittleEndian(s[8..]);
        Owner = BinaryPrimitives.ReadUInt32LittleEndian(s[20..]);
        Group = BinaryPrimitives.ReadUInt32LittleEndian(s[24..]);
        FullMode = BinaryPrimitives.ReadUInt16LittleEndian(s[28..]);
        Identity = (((ulong)BinaryPrimitives.ReadUInt32LittleEndian(s[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(s[140..]), BinaryPrimitives.ReadUInt64LittleEndian(s[32..]));
        Mount = (int)BinaryPrimitives.ReadUInt64LittleEndian(s[144..]);
    }

    /// <summary>Its path as it was walked, links resolved.</summary>
    public string Path { get; }

    public uint Owner { get; }

    public uint Group { get; }

    public int Mode => FullMode & 0xFFF;

    public bool IsDirectory => (FullMode & TypeMask) == DirectoryType;

    public bool IsLink => (FullMode & TypeMask) == Link;

    public bool IsRegular => (FullMode & TypeMask) == Regular;

    public bool IsDevice => (FullMode & TypeMask) is Character or Block;

    public int Type => FullMode & TypeMask;

    public bool IsImmutable => (Attributes & Immutable) != 0;

    public bool IsAppendOnly => (Attributes & AppendOnly) != 0;

    /// <summary>Device and inode number.</summary>
    public (ulong Device, ulong Number) Identity { get; }

    /// <summary>The id of its mount, as mountinfo has it.</summary>
    public int Mount { get; }

    private ulong Attributes { get; }

    private int FullMode { get; }

    /// <summary>Whether a server, and not the mode, decides who may do what.</summary>
    public bool IsRemote => Remote.Contains(FileSystem);

    public bool IsOnProc => FileSystem == 0x9FA0;

    /// <summary>The POSIX access list (acl(5)) as stored; null where there is none.</summary>
    public byte[]? AccessList() => ExtendedAttribute.Get(ProcPath, "system.posix_acl_access") is { Length: > 0 } list ? list : null;

    /// <summary>The first bytes of a regular file; empty where it can't be read.</summary>
    public byte[] Head(int most)
    {
        try
        {
            using var file = FileDescriptor.Open(ProcPath, LibC.O_RDONLY | LibC.O_NONBLOCK);
            var bytes = new byte[most];
            fixed (byte* at = bytes)
            {
                var got = (long)LibC.read(file.Number, at, most);
                return got <= 0 ? [] : bytes[..(int)got];
            }
        }
        catch (ErrnoException)
        {
            return [];
        }
    }

    /// <summary>Where a link leads; null for none.</summary>
    public string? Target()
    {
        var buffer = stackalloc byte[4096];
        fixed (byte* empty = "\0"u8)
        {
            var length = (long)LibC.readlinkat(_descriptor.Number, empty, buffer, 4096);
            return length <= 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, (int)length);
        }
    }

    /// <summary>An entry of this directory, no link followed; null with the errno where there is none.</summary>
    public Inode? Open(string name, string path, out int errno)
    {
        fixed (byte* text = Utf8.Terminated(name))
        {
            var fd = LibC.openat(_descriptor.Number, text, LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, 0);
            errno = fd < 0 ? LibC.errno : 0;
            return fd < 0 ? null : Of(new(fd), path);
        }
    }

    /// <summary>The same once more, by a descriptor of its own.</summary>
    public Inode Duplicate() => Of(_descriptor.DuplicateAbove(3), Path);

    public static Inode Of(FileDescriptor descriptor, string path)
    {
        try
        {
            return new(descriptor, path);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    public void Dispose() => _descriptor.Dispose();

    private string ProcPath => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{_descriptor.Number}");

    private uint FileSystem
    {
        get
        {
            var buffer = stackalloc byte[256]; // struct statfs, whose first word is f_type
            return FileSystemStatus(_descriptor.Number, buffer) == 0 ? (uint)*(long*)buffer : 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int directory, byte* path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "fstatfs")]
    private static partial int FileSystemStatus(int fd, byte* result);
}
