using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Seccomp;

namespace Sandbox.Hardening;

/// <summary>
/// The order of a launch. In the launcher: sources of idmapped mounts (they need root outside), namespaces. In PID 1: loopback, root file
/// system. In the target: session, descriptors, limits, Landlock, capabilities; the gate; the filter; the program.
/// </summary>
internal sealed class LaunchPlanBuilder(PlanContext c, RootLayout layout, WorkingDirectory working)
{
    // Any directory that exists will do: it is covered for the moment between the mount and pivot_root.
    private static string MountPoint => new[] { "/tmp", "/run", "/mnt", "/var" }.First(Directory.Exists);

    public void Add(string path, IReadOnlyList<string> arguments, TargetEnvironment environment, SeccompPolicy? policy, bool traced)
    {
        var root = c.Profile.Root == RootMode.Host ? null : new RootFilesystemSteps(c, layout, MountPoint);
        if (c.Identity.IsRoot) root?.OpenSources();
        NamespaceSteps.Add(c);
        NamespaceSteps.Prepare(c);
        if (!c.Identity.IsRoot) root?.OpenSources();
        if (root is not null) root.Build();
        else if (c.OwnMount) HostRootSteps.Add(c, layout);
        c.Plumbing("fork");
        c.Writer.Call(Syscall.Operation("fork", PlanFormat.OperationFork));
        AddTarget(environment);
        ExecSteps.AddGate(c);
        if (policy is not null) AddFilter(policy, traced);
        else c.NotRequested("seccomp", "no policy");
        ExecSteps.AddExec(c, path, arguments, environment);
    }

    private void AddTarget(TargetEnvironment environment)
    {
        PrivilegeSteps.AddSession(c);
        DescriptorSteps.Add(c);
        c.Begin("working_directory", e => e.WorkingDirectory(working.Path, working.Note));
        c.Writer.Call(Syscall.Chdir, c.Writer.Text(working.Path));
        LimitSteps.Add(c, ResourceLimitTable.Evaluate(c.Profile));
        PrivilegeSteps.AddNoNewPrivileges(c);
        LandlockSteps.Add(c, Rules());
        LandlockSteps.AddReaperGuard(c);
        PrivilegeSteps.AddCapabilities(c, [.. c.Profile.KeepCapabilities.Select(Capability.Parse)], Capability.KernelLast());
        if (c.Profile.CleanEnvironment)
        {
            var removed = environment.Removed.Count == 0 ? "nothing removed" : "removed " + string.Join(' ', environment.Removed);
            c.Rows.Add(new("environment", _ => new(true, $"{environment.Variables.Count} variables, {removed}"), false));
        }
        else
        {
            c.NotRequested("environment", "the caller's environment");
        }
    }

    private IEnumerable<LandlockPathRule> Rules()
    {
        yield return LandlockPathRule.Writable("/tmp");
        yield return LandlockPathRule.Proc();
        if (c.Profile.Root == RootMode.Host)
        {
            yield return LandlockPathRule.Writable(working.Path);
            yield return new("/dev", LandlockAccessFs.ReadFile | LandlockAccessFs.WriteFile | LandlockAccessFs.Truncate | LandlockAccessFs.IoctlDev | LandlockAccessFs.ReadDir);
        }
        else
        {
            yield return LandlockPathRule.Writable("/dev/shm");
            yield return new("/dev/pts", LandlockAccessFs.ReadFile | LandlockAccessFs.WriteFile | LandlockAccessFs.Truncate | LandlockAccessFs.IoctlDev | LandlockAccessFs.ReadDir);
        }

        foreach (var bind in layout.Binds.Where(b => b.Writable)) yield return bind.Device ? LandlockPathRule.Device(bind.Path) : LandlockPathRule.Writable(bind.Path, !bind.Directory);
    }

    private void AddFilter(SeccompPolicy policy, bool traced)
    {
        // A policy that notifies already has a supervisor of its own choosing; ours answers as the policy says otherwise.
        SeccompSteps.Add(c, traced ? CompiledFilters.ForTrace : CompiledFilters.ForObservation(policy), policy.Flags, policy.Name);
    }
}
