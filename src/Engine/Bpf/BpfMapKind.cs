namespace Sandbox.Bpf;

/// <summary>Kinds of maps by their number (enum bpf_map_type).</summary>
internal enum BpfMapKind
{
    Hash = 1,
    Array = 2,
    PerCpuHash = 5,
    PerCpuArray = 6,
    CgroupArray = 8,
    LeastUsedHash = 9, // BPF_MAP_TYPE_LRU_HASH
    RingBuffer = 27,
    TaskStorage = 29,
}
