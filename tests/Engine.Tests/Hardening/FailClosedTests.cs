using Sandbox.Hardening;
using Sandbox.Native;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening;

/// <summary>With any one step made to fail, the target never runs, the error names the row and a remedy, and nothing is left.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class FailClosedTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private string Sentinel => _scratch.At("sentinel");

    private LaunchRequest Request(HardeningProfile profile) =>
        Sandboxed.Request(profile, "/bin/sh", "-c", $"echo ran > {Sentinel}; exit 0") with { WorkingDirectory = _scratch.Path };

    public static TheoryData<string> Profiles => ["Strict", "Standard", "ReferenceStrict"];

    private static HardeningProfile Profile(string name) => BuiltInProfiles.TryGet(name, out var profile) ? profile : throw new ArgumentException(name);

    [Theory, MemberData(nameof(Profiles))]
    public void The_control_runs(string profile)
    {
        Assert.Equal(0, Sandboxed.Run(Request(Profile(profile))).ExitCode);
        Assert.True(File.Exists(Sentinel));
    }

    [Theory, MemberData(nameof(Profiles))]
    public void Every_step_of_the_plan_refused_ends_the_launch(string name) => RefuseEach(Profile(name) with { FailClosed = true }, Errno.EPERM, 1);

    [Theory, InlineData(Errno.ENOMEM), InlineData(Errno.ENOSYS), InlineData(Errno.EINVAL)]
    public void So_do_other_errors(int errno) => RefuseEach(Sandboxed.Strict, errno, 5);

    private void RefuseEach(HardeningProfile profile, int errno, int stride)
    {
        HardenedLauncherWarmUp();
        var descriptors = ProcessState.Descriptors();
        var children = ProcessState.Children();
        var mounts = ProcessState.Mounts();
        var count = PreparedLaunch.Create(Request(profile)).Plan.Steps.Count;
        for (var i = 0; i < count; i += stride)
        {
            var prepared = PreparedLaunch.Create(Request(profile));
            var step = prepared.Plan.Steps[i];
            // A call that has to be refused is broken by success or by another error.
            step.Inject = step.Expect == errno ? Errno.ENODEV : errno;
            if (step.Tolerate == errno) continue;
            var error = Assert.Throws<HardeningException>(() => HardenedLauncher.Start(prepared));
            Assert.False(File.Exists(Sentinel), $"the target ran though {step} failed");
            var plumbing = prepared.Context.Rows.All(r => r.Name != step.Row);
            Assert.True((error.ErrorId + error.Message).Contains(step.Row, StringComparison.Ordinal), $"{step}: {error.Message}");
            Assert.True(!string.IsNullOrEmpty(error.Remedy), $"{step}: no remedy");
            Assert.NotEmpty(error.Outcome);
            if (!plumbing)
            {
                var row = Sandboxed.Row(error.Outcome, step.Row);
                Assert.True(row is { Status: OutcomeStatus.Failed } && row.Syscall == step.Call.Name && (row.Errno == step.Inject || step.Expect != 0), $"{step}: {row}");
                Assert.True(!string.IsNullOrEmpty(row.Remedy), $"{step}: row {row.Name} has no remedy");
            }
        }

        Assert.Equal(children, ProcessState.Children());
        Assert.Equal(mounts, ProcessState.Mounts());
        Assert.Empty(ProcessState.NewDescriptors(descriptors));
        Assert.Empty(ProcessState.WithCommandLine(Sentinel));
        Assert.Empty(ProcessState.WithCommandLine("sandbox-launcher").Intersect(ProcessState.Children()));
    }

    [Fact]
    public void Best_effort_runs_or_refuses_but_never_claims_the_failed_row()
    {
        var profile = Sandboxed.Strict with { FailClosed = false };
        var rows = PreparedLaunch.Create(Request(profile)).Context.Rows.Where(r => r.Requested && r.Name != "environment").Select(r => r.Name).ToArray();
        Assert.True(rows.Length > 20);
        var ran = 0;
        foreach (var name in rows)
        {
            foreach (var last in new[] { false, true })
            {
                var prepared = PreparedLaunch.Create(Request(profile));
                var steps = prepared.Plan.Steps.Where(s => s.Row == name).ToArray();
                var step = last ? steps[^1] : steps[0];
                step.Inject = step.Expect == Errno.EPERM ? Errno.ENODEV : Errno.EPERM;
                IReadOnlyList<HardeningOutcome> outcome;
                try
                {
                    var process = Sandboxed.End(HardenedLauncher.Start(prepared));
                    ran++;
                    outcome = process.Outcome;
                    Assert.True(process.Level == HardeningLevel.Partial, $"{step}: {process.Level}");
                }
                catch (HardeningException e)
                {
                    outcome = e.Outcome;
                }

                Assert.True(Sandboxed.Row(outcome, name).Status != OutcomeStatus.Applied, $"{step} failed, and the row says applied");
            }
        }

        Assert.True(ran > rows.Length, $"best effort ran only {ran} of {2 * rows.Length}");
    }

    [Fact]
    public void A_level_that_is_not_reached_refuses_even_best_effort()
    {
        var prepared = PreparedLaunch.Create(Request(Sandboxed.Strict with { FailClosed = false }) with { RequireLevel = HardeningLevel.Full });
        prepared.Plan.Steps.First(s => s.Row == "landlock").Inject = Errno.EOPNOTSUPP;
        Assert.Throws<HardeningException>(() => HardenedLauncher.Start(prepared));
        Assert.False(File.Exists(Sentinel));
    }

    private static void HardenedLauncherWarmUp()
    {
        Sandboxed.Run(Sandboxed.Strict, "/bin/true");
        Assert.True(ProcessState.Eventually(ProcessState.NoEventLoop));
    }

    public void Dispose() => _scratch.Dispose();
}
