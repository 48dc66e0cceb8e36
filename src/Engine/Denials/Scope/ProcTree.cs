using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Denials;

/// <summary>
/// proc(5) below a root, which tests put elsewhere. A process that is gone is an answer like others, and no exception: with a machine
/// full of short-lived processes most questions come too late.
/// </summary>
internal sealed partial class ProcTree(string root = "/proc")
{
    private const int BufferSize = 65536;
    private readonly byte[] _buffer = new byte[BufferSize];

    /// <summary>Null where there is no such process.</summary>
    public ProcStat? Stat(int pid) => Read($"{pid}/stat", out var text) && ProcStat.TryParse(text, out var stat) ? stat : null;

    /// <summary>The children of every thread of a process; false where this kernel doesn't list them (CONFIG_PROC_CHILDREN).</summary>
    public bool TryChildren(int pid, ICollection<int> children)
    {
        var listed = false;
        foreach (var thread in Numbers($"{pid}/task"))
        {
            if (!Read($"{pid}/task/{thread}/children", out var text)) continue;
            listed = true;
            while (Utf8Parser.TryParse(text, out int child, out var used))
            {
                children.Add(child);
                text = text[used..].TrimStart((byte)' ');
            }
        }

        return listed;
    }

    /// <summary>The threads of a process; none where it is gone.</summary>
    public IEnumerable<int> Threads(int pid) => Numbers($"{pid}/task");

    /// <summary>Every process.</summary>
    public IEnumerable<int> Processes() => Numbers("");

    /// <summary>Its line in each cgroup hierarchy (cgroups(7)); null where it is gone.</summary>
    public string? Cgroups(int pid) => Read($"{pid}/cgroup", out var text) ? Encoding.UTF8.GetString(text) : null;

    /// <summary>The inode of its pid namespace; null where it is gone or isn't shown to this user.</summary>
    public ulong? PidNamespace(int pid) => PidNamespaceOf($"{root}/{pid}/ns/pid");

    /// <summary>The inode of this process's own pid namespace.</summary>
    public ulong? OwnPidNamespace() => PidNamespaceOf($"{root}/self/ns/pid");

    /// <summary>A file of this process.</summary>
    public string? Own(string file) => Read("self/" + file, out var text) ? Encoding.UTF8.GetString(text) : null;

    private static ulong? PidNamespaceOf(string link)
    {
        Span<byte> target = stackalloc byte[64];
        var length = ReadLink(Encoding.UTF8.GetBytes(link + '\0'), ref MemoryMarshal.GetReference(target), (nuint)target.Length);
        // 'pid:[4026531836]' (fs/nsfs.c, ns_get_name)
        return length > 5 && target.StartsWith("pid:["u8) && Utf8Parser.TryParse(target[5..(int)length], out ulong inode, out _) ? inode : null;
    }

    private IEnumerable<int> Numbers(string directory)
    {
        string[] names;
        try
        {
            names = Directory.GetDirectories(Path.Join(root, directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var name in names)
        {
            if (int.TryParse(Path.GetFileName(name.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) yield return number;
        }
    }

    // What a file has beyond the buffer is left out: only a list of children can be as long, and its last word may then be a part.
    private unsafe bool Read(string file, out ReadOnlySpan<byte> text)
    {
        text = default;
        int fd;
        fixed (byte* path = Encoding.UTF8.GetBytes($"{root}/{file}\0")) fd = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) return false;
        using var owner = new FileDescriptor(fd);
        var length = 0;
        fixed (byte* at = _buffer)
        {
            while (length < BufferSize)
            {
                var got = (long)LibC.read(fd, at + length, BufferSize - length);
                if (got < 0 && LibC.errno == Errno.EINTR) continue;
                if (got < 0) return false;
                if (got == 0) break;
                length += (int)got;
            }
        }

        text = _buffer.AsSpan(0, length);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "readlink")]
    private static partial nint ReadLink(ReadOnlySpan<byte> path, ref byte target, nuint size);
}
