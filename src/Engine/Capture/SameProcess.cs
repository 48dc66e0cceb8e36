namespace Sandbox.Capture;

/// <summary>Finds what a file tells twice of a process.</summary>
internal sealed class SameProcess : IEqualityComparer<CapturedProcess>
{
    public bool Equals(CapturedProcess? one, CapturedProcess? other) =>
        one is null || other is null ? one is null && other is null : Rest(one) == Rest(other) && one.Arguments.AsSpan().SequenceEqual(other.Arguments);

    public int GetHashCode(CapturedProcess process)
    {
        var code = new HashCode();
        code.Add(Rest(process));
        code.AddBytes(process.Arguments);
        return code.ToHashCode();
    }

    // What isn't compared byte by byte; none and empty arguments differ.
    private static (int, string?, string?, bool, int?, long?, string?, long?) Rest(CapturedProcess process) =>
        (process.Id, process.Name, process.Path, process.Arguments is null, process.ParentId, process.UserId, process.UserName, process.UnixNanoseconds);
}
