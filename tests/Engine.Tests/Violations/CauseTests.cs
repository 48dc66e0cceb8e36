using System.Diagnostics;
using Sandbox.Runtime;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;
using Sandbox.Violations;
using World = Sandbox.Tests.Violations.CauseWorld;

namespace Sandbox.Tests.Violations;

/// <summary>Real refusals, as the kernel's side reports them, each with the cause that it has by the way it is made.</summary>
public sealed class CauseTests(CauseFixture fixture) : IClassFixture<CauseFixture>
{
    private CausePlace Place => fixture.Place;

    public static TheoryData<string> Names => [.. CauseCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_cause_is_the_one_by_construction(string name)
    {
        var known = CauseCases.All.Single(c => c.Name == name);
        if (known.Needs is { } needs) Assert.SkipUnless(int.TryParse(ProcessState.TryRead("/proc/sys/" + needs.File), out var value) && value >= needs.Least, $"{needs.File} is less than {needs.Least} here");
        var violation = known.World is World.User or World.Root ? Outside(known) : Inside(known);
        var told = $"{violation}: {violation.Cause}\n{string.Join('\n', violation.Evidence)}\nSuggestion: {violation.Suggestion}";
        Assert.True(known.Error == violation.ErrorName, told);
        Assert.True(known.Cause == violation.Cause, told);
        var evidence = string.Join('\n', violation.Evidence);
        Assert.All(known.Words, word => Assert.True(evidence.Contains(Place.Fill(word), StringComparison.Ordinal), $"'{Place.Fill(word)}' isn't in {told}"));
        if (known.Suggestion is { Length: 0 } || known.Cause == SandboxViolationCause.Unknown) Assert.True(violation.Suggestion is null, told);
        else if (known.Suggestion is { } suggestion) Assert.True(violation.Suggestion?.Contains(Place.Fill(suggestion), StringComparison.Ordinal) == true, told);
    }

    [Fact]
    public void The_set_has_its_size() => Assert.True(CauseCases.All.Count >= 60 && CauseCases.All.Select(c => c.Name).Distinct().Count() == CauseCases.All.Count);

    [Fact]
    public void Nothing_of_an_ended_sandbox_is_held()
    {
        var process = Sandboxed.Run(Request(CauseCases.All.First(c => c.World == World.Open && c.Dead)));
        Assert.NotEmpty(process.GetViolations());
        Assert.Null(process.Snapshot);
    }

    // By a watch over a process that waits; it is read only once the call was made, and for some once the caller has ended.
    private SandboxViolation Outside(CauseCase known)
    {
        var words = Place.Fill(known.Call).Split(' ');
        var directory = words[0] == "-c" ? words[1] : "/";
        string[] command = [Place.Program, "-w", .. known.Dead ? Array.Empty<string>() : ["-s"], .. words[0] == "-c" ? words[2..] : words];
        if (known.World == World.User)
        {
            command = ["/usr/bin/setpriv", "--reuid", $"{CausePlace.User}", "--regid", $"{CausePlace.User}", .. known.Groups.Length == 0 ? new[] { "--clear-groups" } : ["--groups", known.Groups], .. command];
        }

        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = directory })!;
        try
        {
            Assert.Equal("ready", process.StandardOutput.ReadLine());
            using var session = ViolationSessions.Open(new() { ProcessIds = [process.Id] });
            process.StandardInput.Write('x');
            process.StandardInput.Flush();
            Assert.StartsWith("done ", process.StandardOutput.ReadLine());
            if (known.Dead) Assert.True(process.WaitForExit(30_000));
            return session.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).First(v => v.Syscall == known.Syscall && v.ErrorName == known.Error);
        }
        finally
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(5000)) process.Kill();
        }
    }

    // By the recording of a sandbox, from its first instruction on.
    private SandboxViolation Inside(CauseCase known)
    {
        if (known.Dead) return Judged(Sandboxed.Run(Request(known)), known)!;
        var process = HardenedLauncher.Start(Request(known));
        try
        {
            SandboxViolation? found = null;
            var there = ProcessState.Eventually(() => (found = Judged(process, known)) is not null || process.HasExited, 30_000);
            Assert.True(there && found is not null, $"{Sandboxed.Describe(process)}\n{string.Join('\n', process.GetViolations())}");
            return found!;
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    private static SandboxViolation? Judged(HardenedProcess process, CauseCase known) => process.GetViolations().LastOrDefault(v => v.Syscall == known.Syscall && v.ErrorName == known.Error);

    private LaunchRequest Request(CauseCase known)
    {
        string[] arguments = [.. known.Dead ? Array.Empty<string>() : ["-s"], .. Place.Fill(known.Call).Split(' ')];
        var profile = known.World == World.Landlock ? Sandboxed.Standard with { Landlock = true } : Sandboxed.Strict with { ReadOnlyPaths = [Place.Root] };
        var request = Sandboxed.Request(profile, Place.Program, arguments) with { RecordViolations = true };
        if (known.World == World.Landlock) request = request with { WorkingDirectory = Place.At("work") };
        if (known.World == World.Open) request = request with { SeccompPolicy = new SeccompPolicy("all", SeccompAction.Allow, []) };
        return known.Change(request);
    }
}
