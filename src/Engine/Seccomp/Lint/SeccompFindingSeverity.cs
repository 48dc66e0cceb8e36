namespace Sandbox.Seccomp;

/// <summary>How bad a finding is.</summary>
public enum SeccompFindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>The policy allows or refuses what its author hardly meant.</summary>
    Warning,

    /// <summary>Programs can't run under the policy.</summary>
    Error,
}
