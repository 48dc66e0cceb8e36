namespace Sandbox.Denials.Decoding;

/// <summary>One call while it is decoded. What it asks of the target it asks once.</summary>
internal ref struct CallContext(CallAbi abi, ReadOnlySpan<ulong> arguments, ITargetView target)
{
    private readonly ReadOnlySpan<ulong> _arguments = arguments;
    private string? _descriptor;
    private int _descriptorNumber = -1;
    private string? _workingDirectory;
    private bool _workingDirectoryKnown;

    public CallAbi Abi { get; } = abi;

    public ITargetView Target { get; } = target;

    /// <summary>An argument; 0 where the source gave fewer.</summary>
    public readonly ulong Argument(int index) => (uint)index < (uint)_arguments.Length ? _arguments[index] & Abi.RegisterMask : 0;

    /// <summary>What a descriptor refers to; null where that can't be told.</summary>
    public string? Descriptor(int fd)
    {
        if (fd < 0) return null;
        if (fd == _descriptorNumber) return _descriptor;
        _descriptorNumber = fd;
        return _descriptor = Target.Descriptor(fd);
    }

    /// <summary>The working directory; null where that can't be told.</summary>
    public string? WorkingDirectory()
    {
        if (!_workingDirectoryKnown)
        {
            _workingDirectoryKnown = true;
            _workingDirectory = Target.WorkingDirectory();
        }

        return _workingDirectory;
    }
}
