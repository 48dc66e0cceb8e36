using Sandbox.Bpf;
using Sandbox.Native;

namespace Sandbox.Capture;

/// <summary>
/// The programs that tell who acts on the sockets of one network namespace, and which packets are whose. Everything of it ends with its
/// descriptors, also when this process is killed.
/// </summary>
internal sealed class OwnerProbe : IDisposable
{
    public const int DefaultRingSize = 8 << 20;
    private const int MostOwners = 65_536, MostFlows = 131_072;
    private readonly List<IDisposable> _parts = [];
    private readonly Dictionary<string, int> _maps = new(StringComparer.Ordinal);
    private readonly List<BpfProgram> _programs = [];
    private readonly BpfSharedNumbers _numbers;

    private OwnerProbe(ulong networkNamespace, FileDescriptor cgroup, int ringSize)
    {
        try
        {
            using var types = BpfTypes.Load();
            _numbers = new(OwnerLayout.Numbers);
            Add(OwnerMaps.Numbers, _numbers, _numbers.Map);
            _numbers[OwnerLayout.EpochNumber] = 1;
            Ring = new(ringSize);
            Add(OwnerMaps.Ring, Ring, Ring.Map);
            Processes = new(ProcessDirectory.RingSize);
            Add(OwnerMaps.Processes, Processes, Processes.Map);
            Add(OwnerMaps.Owners, BpfMapKind.LeastUsedHash, sizeof(ulong), OwnerLayout.OwnerSize, MostOwners);
            Add(OwnerMaps.Flows, BpfMapKind.LeastUsedHash, OwnerLayout.KeySize, OwnerLayout.FlowSize, MostFlows);
            Load(StateProbe.Tracepoint, StateProbe.Assemble(networkNamespace), types);
            Load(TransferProbe.Sent, TransferProbe.Assemble(OwnerEventKind.Use, networkNamespace), types);
            Load(TransferProbe.Received, TransferProbe.Assemble(OwnerEventKind.Receive, networkNamespace), types);
            Load(AcceptProbe.Tracepoint, AcceptProbe.Assemble(networkNamespace), types);
            foreach (var program in _programs) program.Attach();
            var tracing = _programs.Count;
            foreach (var hook in (ReadOnlySpan<BpfCgroupHook>)[BpfCgroupHook.SocketCreate, BpfCgroupHook.Bound4, BpfCgroupHook.Bound6]) Load(hook, SocketProbe.AssembleUse(networkNamespace), types);
            Load(BpfCgroupHook.SocketRelease, SocketProbe.AssembleRelease(networkNamespace), types);
            Load(BpfCgroupHook.Ingress, PacketProbe.Assemble(sends: false, networkNamespace), types);
            Load(BpfCgroupHook.Egress, PacketProbe.Assemble(sends: true, networkNamespace), types);
            foreach (var program in _programs.Skip(tracing)) program.Attach(cgroup);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BpfRingBuffer Ring { get; } = null!;

    /// <summary>Who acts on a socket of another, once that is asked for; readable at once.</summary>
    public BpfRingBuffer Processes { get; } = null!;

    /// <summary>What events belong together: those of an earlier epoch are void, and all is told anew in a new one.</summary>
    public uint Epoch
    {
        get => (uint)_numbers[OwnerLayout.EpochNumber];
        set => _numbers[OwnerLayout.EpochNumber] = value;
    }

    /// <summary>Whether <see cref="Processes"/> is written.</summary>
    public bool TellsProcesses
    {
        set => _numbers[OwnerLayout.ProcessesNumber] = value ? 1u : 0;
    }

    /// <summary>How many events had no room in the ring so far.</summary>
    public ulong Dropped => _numbers[OwnerLayout.DroppedNumber];

    /// <summary>Loads and attaches it.</summary>
    /// <param name="networkNamespace">The namespace, by its cookie.</param>
    /// <param name="cgroup">The root of the hierarchy of version 2.</param>
    /// <param name="ringSize">The room for events, a power of two.</param>
    public static OwnerProbe Open(ulong networkNamespace, FileDescriptor cgroup, int ringSize) => new(networkNamespace, cgroup, ringSize);

    public void Dispose()
    {
        // The programs first: nothing writes any more.
        foreach (var program in _programs) program.Dispose();
        _programs.Clear();
        foreach (var part in _parts) part.Dispose();
        _parts.Clear();
    }

    private void Add(string name, BpfMapKind kind, int keySize, int valueSize, int entries)
    {
        var map = BpfMap.Create(kind, keySize, valueSize, entries);
        Add(name, map, map);
    }

    private void Add(string name, IDisposable part, BpfMap map)
    {
        _parts.Add(part);
        _maps.Add(name, map.Descriptor.Number);
    }

    private void Load(string tracepoint, BpfAssembler code, BpfTypes types) => _programs.Add(BpfProgram.Load(tracepoint, code.Finish(_maps), types));

    private void Load(BpfCgroupHook hook, BpfAssembler code, BpfTypes types) => _programs.Add(BpfProgram.Load(hook, code.Finish(_maps), types));
}
