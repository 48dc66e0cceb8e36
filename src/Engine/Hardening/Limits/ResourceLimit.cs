namespace Sandbox.Hardening;

/// <summary>One resource of getrlimit(2).</summary>
/// <param name="Name">The name in lower case without RLIMIT_.</param>
/// <param name="Number">The number of asm-generic/resource.h, the same on x64 and arm64.</param>
/// <param name="Unit">What one is: bytes, seconds, microseconds, or a count.</param>
/// <param name="Description">What it bounds.</param>
public sealed record ResourceLimit(string Name, int Number, string Unit, string Description)
{
    /// <summary>The name of its outcome row.</summary>
    public string OutcomeName => "rlimit_" + Name;
}
