using Sandbox.Launch;
using Sandbox.Seccomp;

namespace Sandbox.Hardening;

/// <summary>A launch that is decided but not begun: the plan, the rows that it must answer for, and what its preview prints.</summary>
internal sealed class PreparedLaunch
{
    private PreparedLaunch(LaunchRequest request, PlanContext context, string path)
    {
        Request = request;
        Context = context;
        Path = path;
    }

    public LaunchRequest Request { get; }

    public PlanContext Context { get; }

    /// <summary>The program as the sandbox sees it.</summary>
    public string Path { get; }

    public required LaunchPlan Plan { get; init; }

    public required TargetEnvironment Environment { get; init; }

    /// <summary>The policy that the supervisor answers by; null where the target has no filter.</summary>
    public SeccompPolicy? Policy { get; init; }

    /// <summary>Decides everything that can be decided before anything runs.</summary>
    public static PreparedLaunch Create(LaunchRequest request)
    {
        var profile = request.Profile;
        var identity = LaunchIdentity.Current;
        ProfileCheck.Consistent(profile);
        foreach (var fd in request.PassDescriptors.Where(fd => !File.Exists($"/proc/self/fdinfo/{fd}")))
        {
            throw new SandboxException("PassDescriptor,EBADF", SandboxErrorKind.InvalidArgument, $"-PassDescriptor: {fd} is no open descriptor of this process.", "Pass the number of an open one, such as that of a SafeFileHandle that is still referenced.");
        }

        var current = request.CurrentDirectory ?? System.Environment.CurrentDirectory;
        var environment = TargetEnvironment.Build(profile, request.Environment);
        var working = WorkingDirectory.Decide(request, current);
        var layout = new LayoutBuilder(profile, identity, current).Build(working);
        var (path, expose) = new ExecutableResolver(profile.Root, layout.RootDirectory, layout.VisiblePaths, current).Resolve(request.FilePath, environment.SearchPath);
        if (expose) layout.Expose(path);
        var context = new PlanContext
        {
            Profile = profile with { RootDirectory = layout.RootDirectory, HiddenPaths = layout.HiddenPaths },
            Identity = identity,
            Descriptors = new() { Passed = request.PassDescriptors, IdMapOwners = layout.Owners, IdMapHostId = LaunchIdentity.SandboxHostId },
        };
        var policy = request.SeccompPolicy ?? (profile.SeccompPolicy is { } name ? BuiltInPolicies.Get(name) : null);
        if (profile.AllowSyscalls.Count > 0)
        {
            if (policy is null) throw new SandboxException("HardeningProfile,INCONSISTENT", SandboxErrorKind.InvalidArgument, "The profile can't do what it says: system calls are allowed beyond a policy and it has none.", "Name a policy, or allow nothing: without one every call is allowed.");
            policy = policy.Allow(profile.AllowSyscalls);
        }

        // Without a policy the denied calls are one: everything else is allowed.
        if (profile.DenySyscalls.Count > 0) policy = (policy ?? new SeccompPolicy("deny list", SeccompAction.Allow, [], null)).Deny(profile.DenySyscalls);
        // What is only counted is allowed, whatever the architecture.
        if (request.FilterTraces) policy ??= new SeccompPolicy("trace", SeccompAction.Allow, [], null, SeccompArchitectures.OfThisMachine);
        new LaunchPlanBuilder(context, layout, working).Add(path, request.Arguments, environment, policy, traced: request.FilterTraces);
        return new(request, context, path) { Plan = context.Writer.Build(), Environment = environment, Policy = policy };
    }

    /// <summary>The ordered plan as text: equal for equal requests.</summary>
    public IEnumerable<string> Preview() => Outside().Concat(Plan.Steps.Select(s => s.ToString()));

    // Done by the engine while the target waits at the gate.
    private IEnumerable<string> Outside()
    {
        var profile = Request.Profile;
        if (profile.MemoryLimit is { } memory) yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cgroup_memory: {memory} bytes");
        if (profile.ProcessLimit is { } processes) yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cgroup_pids: {processes} processes");
        if (profile.CpuShare is { } share) yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cgroup_cpu: {share} processors");
        if (Sandbox.Network.SandboxNetwork.Is(profile.Network))
        {
            var own = profile.Network == NetworkMode.User;
            yield return $"network_policy: a table of nft{(own ? " in the target's namespace" : "")}" + (Sandbox.Network.NetworkRules.First(profile) is null ? "" : $", default {profile.DefaultNetworkPolicy}");
            if (!own) yield return "network_forwarding: of the host's interfaces with a route, until the end";
            yield return own ? "network_link: an interface in the target's namespace, pasta at its other end" : "network_link: a veth pair, its other end in the target's namespace";
        }

        if (Request.CapturePath is { } capture) yield return $"capture: the packets of the target's network namespace, view {Request.CaptureView}, to {capture}";
    }
}
