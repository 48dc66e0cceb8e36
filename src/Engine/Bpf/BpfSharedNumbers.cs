using Tmds.Linux;

namespace Sandbox.Bpf;

/// <summary>Numbers that programs and this process share without a call: an array of one entry, which is mapped here.</summary>
internal sealed unsafe class BpfSharedNumbers : IDisposable
{
    private readonly int _count;
    private ulong* _numbers;

    public BpfSharedNumbers(int count)
    {
        _count = count;
        Map = BpfMap.Create(BpfMapKind.Array, 4, count * sizeof(ulong), 1, 1024 /* BPF_F_MMAPABLE */);
        var at = LibC.mmap(null, Environment.SystemPageSize, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, Map.Descriptor.Number, 0);
        if ((nint)at == -1)
        {
            var errno = LibC.errno;
            Map.Dispose();
            throw BpfFailure.Describe("mmap of an array", errno);
        }

        _numbers = (ulong*)at;
    }

    public BpfMap Map { get; }

    public ulong this[int index]
    {
        get => Volatile.Read(ref *At(index));
        set => Volatile.Write(ref *At(index), value);
    }

    public void Dispose()
    {
        if (_numbers is not null) _ = LibC.munmap(_numbers, Environment.SystemPageSize);
        _numbers = null;
        Map.Dispose();
    }

    private ulong* At(int index) => _numbers is not null && (uint)index < (uint)_count ? _numbers + index : throw new ObjectDisposedException(nameof(BpfSharedNumbers));
}
