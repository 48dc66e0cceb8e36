using Sandbox.Denials;

namespace Sandbox.Violations;

/// <summary>What the probe read of a caller, and where it lacks something, what the caller itself has now: that needn't be what the call had.</summary>
internal sealed class LivingTarget(CapturedTarget captured, TargetTask task) : ITargetView
{
    public int Read(ulong address, Span<byte> buffer) => captured.Read(address, buffer) is > 0 and var length ? length : task.Read(address, buffer);

    public string? WorkingDirectory() => captured.WorkingDirectory() ?? task.WorkingDirectory();

    public string? Descriptor(int fd) => captured.Descriptor(fd) ?? task.Descriptor(fd);
}
