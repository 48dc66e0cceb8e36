using Sandbox.Hardening;

namespace Sandbox.Violations;

/// <summary>Whether the caller has the capability that its call takes, in the user namespace in which it is asked for.</summary>
internal static class CapabilityReplay
{
    public static CheckResult Of(CauseQuery query) => CapabilityNeeds.Of(query.Facts) is { } need ? Of(query, need) : CheckResult.Passes;

    public static CheckResult Of(CauseQuery query, CapabilityNeed need)
    {
        var names = string.Join(" or ", need.AnyOf.Select(Capability.Name));
        if (!need.AnyOf.Any(query.Caller.Has))
        {
            var help = need.Place == CapabilityPlace.First ? CauseSuggestion.Capability(query, need.AnyOf[0]) : CauseSuggestion.OwnCapability(query, need.AnyOf[0]);
            return Refused(need, $"{query.Call} takes {names} for {need.For}; the caller has {Held(query.Caller.Capabilities)}.", help);
        }

        if (query.InInitialUserNamespace) return CheckResult.Passes;
        if (need.Place == CapabilityPlace.First) return Refused(need, $"{query.Call} takes {names} in the first user namespace for {need.For}; the caller has it only in its own, user:[{query.Facts.UserNamespace}].", null);
        if (need.Place == CapabilityPlace.Own || Kind(need.Place) is not { } kind || NamespaceOwner.Of(query.Facts.Thread, kind) is not { } owner || owner == query.Facts.UserNamespace) return CheckResult.Passes;
        return Refused(need, $"{query.Call} takes {names} in user:[{owner}], which owns the caller's {kind} namespace, for {need.For}; the caller has it only in its own, user:[{query.Facts.UserNamespace}].", null);
    }

    private static CheckResult Refused(CapabilityNeed need, string text, string? suggestion) => CheckResult.Refuses(need.Errno, SandboxViolationCause.Capability, text, suggestion);

    private static string Held(ulong capabilities)
    {
        var names = Capability.NamesOf(capabilities);
        return names.Count switch { 0 => "no capability", <= 5 => "only " + string.Join(", ", names), _ => $"{names.Count} others" };
    }

    private static string? Kind(CapabilityPlace place) => place switch
    {
        CapabilityPlace.Mounts => "mnt",
        CapabilityPlace.Network => "net",
        CapabilityPlace.HostName => "uts",
        CapabilityPlace.Processes => "pid",
        _ => null,
    };
}
