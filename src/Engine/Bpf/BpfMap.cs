using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bpf;

/// <summary>A map of the kernel, by its descriptor: it ends with the last of its holders.</summary>
internal sealed unsafe class BpfMap : IDisposable
{
    private BpfMap(BpfMapKind kind, FileDescriptor descriptor, int valueSize) => (Kind, Descriptor, ValueSize) = (kind, descriptor, valueSize);

    public BpfMapKind Kind { get; }

    public FileDescriptor Descriptor { get; }

    public int ValueSize { get; }

    public static int Processors { get; } = CountProcessors();

    /// <summary>Makes one. For task storage, which has type information, see <see cref="CreateTaskStorage"/>.</summary>
    public static BpfMap Create(BpfMapKind kind, int keySize, int valueSize, int entries, uint flags = 0)
    {
        var attributes = new CreateAttributes { Kind = (uint)kind, KeySize = (uint)keySize, ValueSize = (uint)valueSize, Entries = (uint)entries, Flags = flags };
        return new(kind, new(BpfCommand.Require(BpfCommand.MapCreate, &attributes, sizeof(CreateAttributes), $"BPF_MAP_CREATE, {kind}")), valueSize);
    }

    /// <summary>Makes an array with these values, which are written at once and not by a call for each.</summary>
    public static BpfMap CreateArray(ReadOnlySpan<ulong> values)
    {
        var map = Create(BpfMapKind.Array, 4, 8, values.Length, 1024 /* BPF_F_MMAPABLE */);
        var length = values.Length * 8;
        var at = LibC.mmap(null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, map.Descriptor.Number, 0);
        if ((nint)at == -1)
        {
            var errno = LibC.errno;
            map.Dispose();
            throw BpfFailure.Describe("mmap of an array", errno);
        }

        values.CopyTo(new((ulong*)at, values.Length));
        _ = LibC.munmap(at, length);
        return map;
    }

    /// <summary>Makes one whose values belong to tasks and end with them: no process id, no reuse of one.</summary>
    public static BpfMap CreateTaskStorage(BpfTypes types)
    {
        const int ValueSize = 8;
        var attributes = new CreateAttributes
        {
            Kind = (uint)BpfMapKind.TaskStorage,
            KeySize = 4,
            ValueSize = ValueSize,
            Flags = 1, // BPF_F_NO_PREALLOC
            TypesDescriptor = (uint)types.Descriptor.Number,
            KeyType = BpfTypes.Int32,
            ValueType = BpfTypes.UInt64,
        };
        return new(BpfMapKind.TaskStorage, new(BpfCommand.Require(BpfCommand.MapCreate, &attributes, sizeof(CreateAttributes), "BPF_MAP_CREATE, TaskStorage")), ValueSize);
    }

    /// <summary>Sets a value; false with errno where the kernel refuses.</summary>
    public bool TryUpdate(int key, ReadOnlySpan<byte> value)
    {
        fixed (byte* at = value)
        {
            var attributes = new ElementAttributes { Descriptor = (uint)Descriptor.Number, Key = &key, Value = at };
            return BpfCommand.Call(BpfCommand.MapUpdate, &attributes, sizeof(ElementAttributes)) == 0;
        }
    }

    public void Update(int key, ReadOnlySpan<byte> value)
    {
        if (!TryUpdate(key, value)) throw BpfFailure.Describe($"BPF_MAP_UPDATE_ELEM, {Kind}", LibC.errno);
    }

    /// <summary>The sum of a number of an array over all processors.</summary>
    public long Sum(int key) => SumAt(&key);

    /// <summary>The same of a hash, by its key of eight bytes.</summary>
    public long SumOf(ulong key) => SumAt(&key);

    /// <summary>Each number of a per-processor array, summed over all processors.</summary>
    public long[] Sums(int entries)
    {
        var sums = new long[entries];
        for (var i = 0; i < entries; i++) sums[i] = Sum(i);
        return sums;
    }

    /// <summary>The keys of a hash, of eight bytes each.</summary>
    public IEnumerable<ulong> Keys()
    {
        ulong? key = null;
        while ((key = NextKey(key)) is { } next) yield return next;
    }

    public void Dispose() => Descriptor.Dispose();

    private long SumAt(void* key)
    {
        Span<ulong> values = stackalloc ulong[Processors];
        fixed (ulong* at = values)
        {
            var attributes = new ElementAttributes { Descriptor = (uint)Descriptor.Number, Key = key, Value = at };
            BpfCommand.Require(BpfCommand.MapLookup, &attributes, sizeof(ElementAttributes), $"BPF_MAP_LOOKUP_ELEM, {Kind}");
        }

        ulong sum = 0;
        foreach (var value in values) sum += value;
        return (long)sum;
    }

    private ulong? NextKey(ulong? after)
    {
        ulong key = after ?? 0, next;
        var attributes = new ElementAttributes { Descriptor = (uint)Descriptor.Number, Key = after is null ? null : &key, Value = &next };
        return BpfCommand.Call(BpfCommand.MapNextKey, &attributes, sizeof(ElementAttributes)) == 0 ? next : null;
    }

    // Values of per-processor maps are as many as the machine could have, not as it has.
    private static int CountProcessors()
    {
        var last = File.ReadAllText("/sys/devices/system/cpu/possible").Trim().Split(',', '-')[^1];
        return int.Parse(last, System.Globalization.CultureInfo.InvariantCulture) + 1;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct CreateAttributes
    {
        public uint Kind, KeySize, ValueSize, Entries, Flags, InnerMap, NumaNode;
        public fixed byte Name[16];
        public uint InterfaceIndex, TypesDescriptor, KeyType, ValueType;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct ElementAttributes
    {
        public uint Descriptor, Padding;
        public void* Key;
        public void* Value;
        public ulong Flags;
    }
}
