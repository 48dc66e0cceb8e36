namespace Sandbox.Violations;

/// <summary>What one check of the kernel, made again, says about a call.</summary>
internal enum Verdict
{
    /// <summary>It lets the call through.</summary>
    Passes,

    /// <summary>It refuses the call.</summary>
    Refuses,

    /// <summary>That can't be told.</summary>
    Undecided,
}
