using Sandbox.Hardening;
using Sandbox.Tracing;

namespace Sandbox.Seccomp;

/// <summary>What a new policy is made from: a base, or nothing, and changes.</summary>
public sealed record SeccompPolicyDesign
{
    /// <summary>Its name; the base's if null.</summary>
    public string? Name { get; init; }

    /// <summary>One line about its purpose; the base's if null.</summary>
    public string? Description { get; init; }

    /// <summary>A policy to start from.</summary>
    public SeccompPolicy? Base { get; init; }

    /// <summary>The name of a built-in policy to start from.</summary>
    public string? BaseName { get; init; }

    /// <summary>A file to start from.</summary>
    public string? BasePath { get; init; }

    /// <summary>A profile whose policy, with what it allows and refuses beyond it, is the base.</summary>
    public HardeningProfile? Profile { get; init; }

    /// <summary>Files to learn the base from.</summary>
    public TraceSource Trace { get; init; } = new();

    /// <summary>Calls and sets that are allowed whatever their arguments.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Calls and sets that are refused whatever their arguments.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>What happens to other calls; null for the base's, or without a base Errno, or Allow where only refused calls are given.</summary>
    public SeccompAction? DefaultAction { get; init; }

    /// <summary>The errno of a default action Errno, the message of Trace.</summary>
    public int? DefaultErrno { get; init; }

    /// <summary>The architectures; empty for the base's, or this machine's.</summary>
    public IReadOnlyList<SeccompArchitecture> Architectures { get; init; } = [];

    /// <summary>Flags; null for the base's.</summary>
    public SeccompFilterFlags? Flags { get; init; }

    /// <summary>The capabilities against which a file's conditions are resolved; this process's if null.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The kernel against which a file's conditions are resolved; this one if null.</summary>
    public Version? KernelVersion { get; init; }

    /// <summary>The policy.</summary>
    public SeccompPolicy Build()
    {
        var start = Start();
        var policy = start.Copy(Name, flags: Flags, architectures: Architectures.Count == 0 ? null : Architectures, description: Description,
            defaultDecision: DefaultAction is { } action ? Decision(action) : DefaultErrno is null ? null : Decision(start.DefaultAction));
        return policy.Allow(Allow).Deny(Deny);
    }

    private SeccompDecision Decision(SeccompAction action) =>
        new(action, SeccompRule.CheckErrno(action, DefaultErrno));

    private SeccompPolicy Start()
    {
        int bases = (Base is null ? 0 : 1) + (BaseName is null ? 0 : 1) + (BasePath is null ? 0 : 1) + (Profile is null ? 0 : 1) + (Trace.IsEmpty ? 0 : 1);
        if (bases > 1) throw Bad("TWO_BASES", "A policy has one base.", "Give one of -Policy, -Profile, and the files to learn from (-FromTrace, -FromStrace, -FromAuditLog).");
        if (bases == 0 && Allow.Count + Deny.Count == 0 && DefaultAction is null) throw Bad("EMPTY", "There is nothing to make a policy from.", "Give calls or sets, a base (-Policy, -Profile), or -DefaultAction.");
        if (BasePath is null && BaseName is null && (Capabilities is not null || KernelVersion is not null))
        {
            throw Bad("NO_CONDITIONS", "Capabilities and a kernel version resolve the conditions of a policy that is read; no name or file of one is given.",
                "Give -Policy with a file, or leave -Capability and -KernelVersion out.");
        }

        if (Trace.IsEmpty && (Trace.IncludeDenied || Trace.WithArguments)) throw Bad("NO_TRACE", "-IncludeDenied and -WithArguments say how to learn from a trace; none is given.", "Give -FromTrace, or leave them out.");
        if (!Trace.IsEmpty) return Trace.Build(Architectures);
        if (Base is not null) return Base;
        if (BasePath is not null) return FromFile(BasePath);
        if (BaseName is not null) return BuiltInPolicies.Get(BaseName, Context());
        if (Profile is not null) return FromProfile(Profile);
        bool deny = Allow.Count == 0 && Deny.Count > 0;
        return new(deny ? "deny list" : "allow list", deny && DefaultAction is null ? SeccompAction.Allow : SeccompAction.Errno, []);
    }

    private SeccompPolicy FromFile(string path) => SeccompFile.Read(path, null, Context()) is [SeccompPolicy policy]
        ? policy
        : throw Bad("NO_SINGLE_POLICY", $"'{path}' holds no single policy.", "Import it with Import-SeccompPolicy and give one of the objects.");

    private SeccompPolicy FromProfile(HardeningProfile profile)
    {
        if (profile.SeccompPolicy is not { } name) throw Bad("PROFILE_HAS_NONE", $"The profile '{profile.Name}' has no seccomp policy.", "Give another profile or -Policy.");
        var policy = BuiltInPolicies.Get(name, Architectures.Count == 0 ? null : Architectures[0]);
        return policy.Allow(profile.AllowSyscalls).Deny(profile.DenySyscalls);
    }

    private SeccompImportContext Context()
    {
        var context = new SeccompImportContext();
        return context with
        {
            Architecture = Architectures.Count == 0 ? context.Architecture : Architectures[0],
            Capabilities = Capabilities ?? context.Capabilities,
            KernelVersion = KernelVersion ?? context.KernelVersion,
        };
    }

    private static SandboxException Bad(string reason, string message, string remedy) =>
        new("NewSeccompPolicy," + reason, SandboxErrorKind.InvalidArgument, message, remedy);
}
