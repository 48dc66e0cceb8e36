using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sandbox.Bpf;

/// <summary>
/// The running kernel's type information (Documentation/bpf/btf.rst): where its structs have their fields, whatever it was built with.
/// </summary>
internal sealed class KernelTypes
{
    private const string File = "/sys/kernel/btf/vmlinux";
    private const int KindStruct = 4, KindUnion = 5, KindTypedef = 8, KindFunction = 12, HeadSize = 12, MemberSize = 12;
    private static readonly Lazy<KernelTypes> OfThisKernel = new(() => new(Read()));
    private readonly byte[] _data;
    private readonly int _types, _typesEnd, _strings;
    private readonly List<int> _positions = new(200_000);
    private readonly Dictionary<string, uint> _structs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint> _typedefs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _offsets = new(StringComparer.Ordinal);

    internal KernelTypes(byte[] data)
    {
        _data = data;
        if (data.Length < 24 || BinaryPrimitives.ReadUInt16LittleEndian(data) != 0xEB9F) throw Unusable("it isn't BTF");
        var head = Number(4);
        _types = head + Number(8);
        _typesEnd = _types + Number(12);
        _strings = head + Number(16);
        if (_typesEnd > data.Length || _strings > data.Length || _types < 0 || _strings < 0) throw Unusable("it is cut");
        Index();
    }

    public static KernelTypes Current => OfThisKernel.Value;

    /// <summary>The id of a typedef; null where there is none.</summary>
    public uint? TypedefId(string name) => _typedefs.TryGetValue(name, out var id) ? id : null;

    /// <summary>The id of the function that stands for the iterator of tasks; null where there is none.</summary>
    public uint? TaskIterator { get; private set; }

    /// <summary>Where a field lies in a struct, in bytes; a path of fields is one of nested structs, such as <c>d_name.name</c>.</summary>
    public int Offset(string type, string path) => TryOffset(type, path) ?? throw Unusable($"struct {type} has no {path}");

    /// <summary>The same; null where there is no such struct or field.</summary>
    public int? TryOffset(string type, string path)
    {
        lock (_offsets)
        {
            var key = type + "." + path;
            if (_offsets.TryGetValue(key, out var known)) return known;
            if (!_structs.TryGetValue(type, out var id)) return null;
            var offset = 0;
            foreach (var field in path.Split('.'))
            {
                if (Find(id, field) is not { } found) return null;
                offset += found.Offset;
                id = found.Type;
            }

            return _offsets[key] = offset;
        }
    }

    private static byte[] Read()
    {
        try
        {
            return System.IO.File.ReadAllBytes(File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e.Message, e);
        }
    }

    private static SandboxException Unusable(string reason, Exception? inner = null) => new("SandboxViolation,NO_BTF", SandboxErrorKind.NotInstalled,
        $"The kernel's type information ({File}), which tracing needs, can't be used: {reason}.", "Run a kernel with CONFIG_DEBUG_INFO_BTF.", inner);

    // One pass over some hundred thousand types, at the first use: it must not wait for the compiler to find that it is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Index()
    {
        ReadOnlySpan<byte> data = _data;
        _positions.Add(0); // void
        for (var at = _types; at + HeadSize <= _typesEnd;)
        {
            var info = BinaryPrimitives.ReadUInt32LittleEndian(data[(at + 4)..]);
            var kind = (int)(info >> 24) & 0x1F;
            var count = (int)(info & 0xFFFF);
            var id = (uint)_positions.Count;
            _positions.Add(at);
            if (kind is KindStruct or KindTypedef) Name(at, kind, id);
            else if (kind == KindFunction && data[(_strings + Number(at))..].StartsWith("bpf_iter_task\0"u8)) TaskIterator = id;
            at += HeadSize + kind switch
            {
                1 or 14 or 17 => 4, // INT, VAR, DECL_TAG
                3 => 12, // ARRAY
                KindStruct or KindUnion or 15 or 19 => count * MemberSize, // DATASEC, ENUM64
                6 or 13 => count * 8, // ENUM, FUNC_PROTO
                _ => 0,
            };
        }
    }

    private void Name(int at, int kind, uint id)
    {
        var name = Text(Number(at));
        if (kind == KindStruct)
        {
            if (Wanted(name)) _structs.TryAdd(Encoding.ASCII.GetString(name), id);
        }
        else if (name.StartsWith("btf_trace_"u8))
        {
            _typedefs.TryAdd(Encoding.ASCII.GetString(name), id);
        }
    }

    // Ten thousand structs have names; these are asked for.
    private static bool Wanted(ReadOnlySpan<byte> name) => name.SequenceEqual("task_struct"u8) || name.SequenceEqual("pt_regs"u8) || name.SequenceEqual("cred"u8)
        || name.SequenceEqual("fs_struct"u8) || name.SequenceEqual("path"u8) || name.SequenceEqual("dentry"u8) || name.SequenceEqual("qstr"u8) || name.SequenceEqual("vfsmount"u8)
        || name.SequenceEqual("mount"u8) || name.SequenceEqual("files_struct"u8) || name.SequenceEqual("fdtable"u8) || name.SequenceEqual("file"u8)
        || name.SequenceEqual("mm_struct"u8) || name.SequenceEqual("inode"u8) || name.SequenceEqual("super_block"u8) || name.SequenceEqual("nsproxy"u8)
        || name.SequenceEqual("mnt_namespace"u8) || name.SequenceEqual("user_namespace"u8) || name.SequenceEqual("ns_common"u8) || name.SequenceEqual("pid"u8)
        || name.SequenceEqual("upid"u8) || name.SequenceEqual("seccomp"u8) || name.SequenceEqual("thread_info"u8)
        || name.SequenceEqual("sock_common"u8) || name.SequenceEqual("sock"u8) || name.SequenceEqual("udp_sock"u8) || name.SequenceEqual("socket"u8) || name.SequenceEqual("net"u8);

    private (int Offset, uint Type)? Find(uint id, string field)
    {
        id = Resolve(id);
        var at = _positions[(int)id];
        var info = (uint)Number(at + 4);
        if ((int)(info >> 24 & 0x1F) is not (KindStruct or KindUnion)) return null;
        var hasBits = info >> 31 != 0;
        for (var i = 0; i < (int)(info & 0xFFFF); i++)
        {
            var member = at + HeadSize + (i * MemberSize);
            var name = Text(Number(member));
            var type = (uint)Number(member + 4);
            var bits = hasBits ? Number(member + 8) & 0xFFFFFF : Number(member + 8);
            if (name.IsEmpty)
            {
                if (Find(type, field) is { } inner) return ((bits / 8) + inner.Offset, inner.Type);
            }
            else if (Encoding.ASCII.GetBytes(field).AsSpan().SequenceEqual(name))
            {
                return (bits / 8, type);
            }
        }

        return null;
    }

    // Through typedefs and qualifiers.
    private uint Resolve(uint id)
    {
        for (var i = 0; i < 32; i++)
        {
            var at = _positions[(int)id];
            var kind = (int)((uint)Number(at + 4) >> 24) & 0x1F;
            if (kind is not (KindTypedef or 9 or 10 or 11 or 18)) return id; // VOLATILE, CONST, RESTRICT, TYPE_TAG
            id = (uint)Number(at + 8);
        }

        return id;
    }

    private int Number(int at) => BinaryPrimitives.ReadInt32LittleEndian(_data.AsSpan(at));

    private ReadOnlySpan<byte> Text(int offset)
    {
        var text = _data.AsSpan(_strings + offset);
        return text[..text.IndexOf((byte)0)];
    }
}
