using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Errnos that only the network gives.</summary>
internal static class NetworkRefusal
{
    private const int AddressNotAvailable = 99, NetworkDown = 100, NetworkUnreachable = 101, HostUnreachable = 113;

    public static bool IsOne(ViolationFacts facts) => facts.Category == SandboxViolationCategory.Network
        && facts.Errno is Errno.ECONNREFUSED or AddressNotAvailable or NetworkDown or NetworkUnreachable or Errno.ETIMEDOUT or HostUnreachable;

    public static CheckResult Of(CauseQuery query)
    {
        var facts = query.Facts;
        var where = facts.Address ?? "the peer";
        var what = facts.Errno switch
        {
            Errno.ECONNREFUSED => $"Nobody listens at {where}, or it refused the connection",
            AddressNotAvailable => $"{where} is no address of the caller's network",
            NetworkDown => $"The interface to {where} is down",
            NetworkUnreachable => $"The caller's network has no route to {where}",
            Errno.ETIMEDOUT => $"{where} didn't answer in time",
            _ => $"{where} can't be reached",
        };
        var own = query.Sandbox?.Profile.Namespaces.HasFlag(NamespaceKinds.Network) == true && facts.Address?.StartsWith("inet", StringComparison.Ordinal) == true;
        var text = $"{what} ({Errno.Name(facts.Errno)}){(own ? "; the sandbox has a network of its own with only the loopback interface" : "")}.";
        return CheckResult.Refuses(facts.Errno, SandboxViolationCause.Network, text, own ? "Start-HardenedProcess -Network Host." : null);
    }
}
