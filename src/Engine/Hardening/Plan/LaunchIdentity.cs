using Tmds.Linux;

namespace Sandbox.Hardening;

/// <summary>Who calls, and who the target will be.</summary>
internal sealed record LaunchIdentity(int CallerUid, int CallerGid)
{
    /// <summary>
    /// The host id of targets that root starts: inside systemd's range for containers (524288…1879048191, systemd's UIDS-GIDS), at its
    /// end, where neither users nor container managers allocate. It owns no file; one's own files come in by idmapped mounts.
    /// </summary>
    public const int SandboxHostId = 1_879_000_000;

    /// <summary>The id that such a target sees as its own.</summary>
    public const int SandboxInsideId = 1000;

    public static LaunchIdentity Current => new((int)(uint)LibC.geteuid(), (int)(uint)LibC.getegid());

    public bool IsRoot => CallerUid == 0;

    /// <summary>The target's ids in its user namespace.</summary>
    public int InsideUid(IdentityMode mode) => mode == IdentityMode.Sandbox && IsRoot ? SandboxInsideId : CallerUid;

    /// <summary>The target's ids in its user namespace.</summary>
    public int InsideGid(IdentityMode mode) => mode == IdentityMode.Sandbox && IsRoot ? SandboxInsideId : CallerGid;

    /// <summary>The target's ids on the host.</summary>
    public int HostUid(IdentityMode mode) => mode == IdentityMode.Sandbox && IsRoot ? SandboxHostId : CallerUid;

    /// <summary>The target's ids on the host.</summary>
    public int HostGid(IdentityMode mode) => mode == IdentityMode.Sandbox && IsRoot ? SandboxHostId : CallerGid;

    /// <summary>Whether the engine has to write the maps: a map of any id but one's own needs CAP_SETUID outside (user_namespaces(7)).</summary>
    public bool NeedsMapGate(IdentityMode mode) => mode == IdentityMode.Subordinate || IsRoot;
}
