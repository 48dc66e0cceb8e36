using Sandbox.Native;
using Sandbox.Violations.Probes;

namespace Sandbox.Violations;

/// <summary>The errnos that mean a refusal.</summary>
internal static class ViolationErrnos
{
    private const int NetworkUnreachable = 101, HostUnreachable = 113; // ENETUNREACH, EHOSTUNREACH

    /// <summary>Of any call.</summary>
    public static readonly IReadOnlyList<int> Any = [Errno.EACCES, Errno.EPERM, Errno.EROFS];

    /// <summary>Of calls of sockets.</summary>
    public static readonly IReadOnlyList<int> Network = [Errno.ECONNREFUSED, NetworkUnreachable, HostUnreachable];

    public static ProbeOptions Options(SandboxViolationWatch watch, ProbeScope scope) => new()
    {
        Scope = scope,
        Errnos = watch.Errnos.Count > 0 ? watch.Errnos : Any,
        NetworkErrnos = watch.Errnos.Count > 0 ? [] : Network,
        Categories = watch.Categories,
    };
}
