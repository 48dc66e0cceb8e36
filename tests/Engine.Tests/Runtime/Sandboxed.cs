using Sandbox.Hardening;
using Sandbox.Runtime;

namespace Sandbox.Tests.Runtime;

/// <summary>Runs programs through the engine, each wait bounded.</summary>
internal static class Sandboxed
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static HardeningProfile Strict => BuiltInProfiles.Strict;

    public static HardeningProfile Standard => BuiltInProfiles.Standard;

    public static bool IsRoot => Environment.IsPrivilegedProcess;

    public static LaunchRequest Request(HardeningProfile profile, string file, params string[] arguments) =>
        new() { FilePath = file, Arguments = arguments, Profile = profile, CurrentDirectory = "/" };

    public static HardenedProcess Run(HardeningProfile profile, string file, params string[] arguments) => Run(Request(profile, file, arguments));

    public static HardenedProcess Shell(HardeningProfile profile, string script) => Run(profile, "/bin/sh", "-c", script);

    public static HardenedProcess Run(LaunchRequest request) => End(HardenedLauncher.Start(request));

    public static HardenedProcess End(HardenedProcess process)
    {
        if (process.Wait(Patience)) return process;
        process.Stop(TimeSpan.Zero);
        Assert.Fail($"{process.CommandLine} hangs; it wrote: {process.StandardOutput}{process.StandardError}");
        return process;
    }

    /// <summary>Its output, where it ended well.</summary>
    public static string Output(HardenedProcess process)
    {
        Assert.True(process.ExitCode == 0, Describe(process));
        return process.StandardOutput;
    }

    public static string Describe(HardenedProcess process) =>
        $"{process.CommandLine}: exit {process.ExitCode}, signal {process.Signal}, timed out {process.TimedOut}, denials {string.Join("; ", process.Denials)}\n{process.StandardOutput}\n{process.StandardError}";

    public static HardeningOutcome Row(IEnumerable<HardeningOutcome> rows, string name) => Assert.Single(rows, r => r.Name == name);
}
