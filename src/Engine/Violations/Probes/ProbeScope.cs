namespace Sandbox.Violations.Probes;

/// <summary>Whose calls the probe looks at.</summary>
internal enum ProbeScope
{
    /// <summary>Tasks that are marked, and all that they start.</summary>
    Tasks,

    /// <summary>The members of a cgroup of version 2, and of those below it.</summary>
    Cgroup,

    /// <summary>Every task but those of this process.</summary>
    All,
}
