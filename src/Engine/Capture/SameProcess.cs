namespace Sandbox.Capture;

/// <summary>Finds what a file tells twice of a process.</summary>
internal sealed class SameProcess : IEqualityComparer<CapturedProcess>
{
    public bool Equals(CapturedProcess? one, CapturedProcess? other) =>
        one is null || other is null ? one == other : Alone(one) == Alone(other) && one.Arguments.AsSpan().SequenceEqual(other.Arguments) && one.Arguments is null == other.Arguments is null;

    public int GetHashCode(CapturedProcess process)
    {
        var code = new HashCode();
        code.Add(Alone(process));
        code.AddBytes(process.Arguments);
        return code.ToHashCode();
    }

    // Without what is compared by its content.
    private static CapturedProcess Alone(CapturedProcess process) => process with { Arguments = null, CommandLine = null };
}
