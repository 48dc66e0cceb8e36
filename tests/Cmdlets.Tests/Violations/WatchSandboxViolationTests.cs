using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Violations;

[Collection("violations")]
public sealed class WatchSandboxViolationTests : IDisposable
{
    private const string Refused = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; touch /usr/b; true' -RecordViolation; ";
    private const string Endless = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'while :; do touch /usr/a; sleep 0.02; done'; ";

    private readonly ModuleRunspace session = new();

    public WatchSandboxViolationTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "eBPF needs CAP_BPF and CAP_PERFMON");

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_recorded_process_shows_each_from_its_first_instruction_on()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess touch -ArgumentList /usr/a, /usr/b -RecordViolation -Wait; $p.Id; Watch-SandboxViolation $p -Errno EROFS; Watch-SandboxViolation $p -Errno EROFS -MaxCount 1").Succeeded();
        int id = Assert.IsType<int>(result.Objects[0].BaseObject);
        SandboxViolation[] violations = [.. result.Objects.Skip(1).Select(o => Assert.IsType<SandboxViolation>(o.BaseObject))];
        Assert.Equal(["/usr/a", "/usr/b", "/usr/a"], violations.Select(v => v.Path));
        Assert.All(violations, v =>
        {
            Assert.Equal((SandboxViolationCategory.File, "open", "openat", 30, "EROFS", "Read-only file system"), (v.Category, v.Operation, v.Syscall, v.Errno, v.ErrorName, v.ErrorMessage));
            Assert.Equal(("touch", id, id), (v.ProcessName, v.ProcessId, v.SandboxId));
            Assert.EndsWith("/touch", v.Executable);
            Assert.Contains("O_CREAT", v.Flags);
        });
    }

    [Fact]
    public void A_running_process_is_followed_with_all_that_it_starts()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 2; touch /usr/a; sh -c \"touch /usr/b; :\"; true'; (Watch-SandboxViolation $p -SessionVariable s | Where-Object ErrorName -EQ EROFS).Path; $s.Source; $s.Seen - $s.Filtered - $s.Emitted - $s.Dropped; $s.IsOver").Succeeded();
        Assert.Equal(["/usr/a", "/usr/b", "Ebpf", "0", "True"], result.Objects.Select(o => o.ToString()));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void So_is_any_other_by_its_object_or_id()
    {
        ScriptResult result = session.Invoke("'p', 'Id' | ForEach-Object { $p = [Diagnostics.Process]::Start('sh', '-c \"sleep 2; setpriv --reuid 54321 --clear-groups cat /etc/shadow 2>/dev/null\"'); $what = if ($_ -eq 'p') { $p } else { $p.Id }; Watch-SandboxViolation $what -Errno EACCES -Wait; $p.WaitForExit(1000) }").Succeeded();
        Assert.Equal([true, true], result.Objects.Select(o => o.BaseObject).OfType<bool>());
        SandboxViolation[] violations = [.. result.Objects.Select(o => o.BaseObject).OfType<SandboxViolation>().Where(v => v.Path == "/etc/shadow")];
        Assert.Equal(2, violations.Length);
        Assert.All(violations, v => Assert.Equal(("EACCES", "cat", 54321L, null), (v.ErrorName, v.ProcessName, v.UserId, v.SandboxId)));
    }

    [Fact]
    public void Several_processes_are_one_stream()
    {
        ScriptResult result = session.Invoke("$both = 'a', 'b' | ForEach-Object { Start-HardenedProcess sh -ArgumentList '-c', \"sleep 2; touch /usr/$_; true\" }; $both.Id; $both | Watch-SandboxViolation -Errno EROFS | ForEach-Object { \"$($_.Path) $($both.Id.IndexOf($_.SandboxId))\" }").Succeeded();
        Assert.Equal(["/usr/a 0", "/usr/b 1"], result.Objects.Skip(2).Select(o => o.ToString()).Order());
    }

    [Fact]
    public void Several_recorded_ones_are_too()
    {
        ScriptResult result = session.Invoke("$both = 'a', 'b' | ForEach-Object { Start-HardenedProcess touch -ArgumentList \"/usr/$_\" -RecordViolation -Wait }; $both | Watch-SandboxViolation -Category File -SessionVariable s | Where-Object ErrorName -EQ EROFS | ForEach-Object Path; $s.Seen - $s.Filtered - $s.Emitted - $s.Dropped").Succeeded();
        Assert.Equal(["/usr/a", "/usr/b", "0"], result.Objects.Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("-Errno EROFS", "/usr/a")]
    [InlineData("-Errno erofs, 1", "/usr/a /mnt")]
    [InlineData("-Errno 1", "/mnt")]
    [InlineData("-Category Network", "")]
    [InlineData("-Category File -Errno EPERM", "/mnt")]
    public void Errnos_and_categories_choose(string parameters, string paths)
    {
        foreach (string how in new[] { "'touch /usr/a; mount -t tmpfs none /mnt; true' -RecordViolation", "'sleep 2; touch /usr/a; mount -t tmpfs none /mnt; true'" })
        {
            ScriptResult result = session.Invoke($"$p = Start-HardenedProcess sh -ArgumentList '-c', {how}; (Watch-SandboxViolation $p {parameters} -SessionVariable s).Path; $s.Seen - $s.Filtered - $s.Emitted - $s.Dropped").Succeeded();
            Assert.Equal($"{paths} 0".Trim(), string.Join(' ', result.Objects.Select(o => o?.ToString()).Where(t => t is not null)));
        }
    }

    [Fact]
    public void An_errno_that_is_not_recorded_is_watched_for()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 2; cat /gone-4711; true' -RecordViolation; (Watch-SandboxViolation $p -Errno ENOENT | Where-Object Path -EQ /gone-4711).ErrorName").Succeeded();
        Assert.Equal("ENOENT", result.Single<string>());
    }

    [Fact]
    public void MaxCount_ends_it_and_Wait_awaits_the_process()
    {
        ScriptResult result = session.Invoke(Refused + "@(Watch-SandboxViolation $p -Errno EROFS -MaxCount 1 -Wait -SessionVariable s -Verbose).Count; $p.HasExited; $s.Source; $s.Emitted; $s.Delivered; $s.Dropped; $null -ne $s.EndTime").Succeeded();
        Assert.Equal([1, true, SandboxViolationSource.Ebpf, 2L, 1L, 0L, true], result.Objects.Select(o => o.BaseObject));
        Assert.Contains(result.Verbose, v => v.StartsWith("Source Ebpf: ", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, v => v.Contains("filtered + 2 emitted + 0 dropped", StringComparison.Ordinal));
    }

    [Fact]
    public void Timeout_ends_it_without_an_error()
    {
        var watch = Stopwatch.StartNew();
        ScriptResult result = session.Invoke(Endless + "$n = @(Watch-SandboxViolation $p -Timeout 400ms).Count; $n -gt 1; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.InRange(watch.ElapsedMilliseconds, 400, 5000);
        Assert.Equal([true, false], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void A_cgroup_is_watched_and_nothing_beside_it()
    {
        using var group = new UnifiedGroup();
        ScriptResult result = session.Invoke(
            "param($d) $out = [Diagnostics.Process]::Start('sh', '-c \"sleep 2; cat /gone-outside 2>/dev/null\"'); $in = [Diagnostics.Process]::Start('sh', \"-c \"\"echo `$`$ > $d/cgroup.procs; sleep 2.5; cat /gone-inside 2>/dev/null\"\"\"); " +
            "(Watch-SandboxViolation -CgroupPath $d -Errno ENOENT -Timeout 5 | Where-Object Path -Like /gone-*).Path; $in.WaitForExit(); $out.WaitForExit()", group.Path).Succeeded();
        Assert.Equal("/gone-inside", result.Single<string>());
    }

    [Fact]
    public void The_whole_machine_is_watched_but_not_the_one_who_watches()
    {
        int before = Attached.Settled();
        ScriptResult result = session.Invoke(
            "$p = [Diagnostics.Process]::Start('sh', '-c \"sleep 2; cat /gone-4712 2>/dev/null\"'); $own = 0; " +
            "Watch-SandboxViolation -All -Errno ENOENT -Timeout 4 | ForEach-Object { $null = [IO.File]::Exists('/gone-own'); if ($_.ProcessId -eq $PID) { $own++ }; if ($_.Path -eq '/gone-4712') { $_.ProcessName } }; $own; $p.WaitForExit()").Succeeded();
        Assert.Equal(["cat", "0"], result.Objects.Select(o => o.ToString()));
        Assert.Equal(before, Attached.Count());
    }

    [Theory]
    [InlineData("try { $p | Watch-SandboxViolation -SessionVariable s | ForEach-Object { $during = [Sandbox.Cmdlets.Tests.Violations.AttachedCount]::Now; $w.Restart(); throw 'enough' } } catch { }")]
    [InlineData("foreach ($once in 1) { $p | Watch-SandboxViolation -SessionVariable s | ForEach-Object { $during = [Sandbox.Cmdlets.Tests.Violations.AttachedCount]::Now; $w.Restart(); break } }")]
    public void A_downstream_end_comes_at_once_and_leaves_nothing_attached(string script)
    {
        int before = Attached.Settled();
        // The bound is for the module; a busy machine may take longer once, and not three times.
        ScriptResult result = Enumerable.Range(0, 3).Select(_ => session.Invoke(Endless + $"$w = [Diagnostics.Stopwatch]::StartNew(); {script}; $w.ElapsedMilliseconds; [Sandbox.Cmdlets.Tests.Violations.AttachedCount]::Now; $during; $null -ne $s.EndTime; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded()).MinBy(r => (long)r.Objects[0].BaseObject)!;
        Assert.InRange((long)result.Objects[0].BaseObject, 0, 100);
        Assert.Equal(before, (int)result.Objects[1].BaseObject);
        Assert.True((int)result.Objects[2].BaseObject > before, "the count doesn't see what is attached");
        Assert.Equal([true, false], result.Objects.Skip(3).Select(o => o.BaseObject));
    }

    [Fact]
    public void Ctrl_C_ends_it_at_once_and_leaves_nothing_attached()
    {
        int before = Attached.Settled();
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            using PowerShell shell = session.Create("param($p) $p | Watch-SandboxViolation", process);
            shell.BeginInvoke();
            Assert.True(SpinWait.SpinUntil(() => Attached.Count() > before, 10_000));
            Thread.Sleep(100);
            var watch = Stopwatch.StartNew();
            shell.Stop();
            Assert.InRange(watch.ElapsedMilliseconds, 0, 100);
            Assert.Equal(before, Attached.Count());
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_violation_stops_the_run_that_it_belongs_to()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'sh -c \"touch /usr/a; :\"; sleep 60; echo late' -RecordViolation; Watch-SandboxViolation -Process $p | Where-Object ErrorName -EQ EROFS | Stop-HardenedProcess; $p.HasExited; $p.StandardOutput").Succeeded();
        Assert.Equal([true, ""], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void A_loss_is_a_warning_and_counted()
    {
        ScriptResult result = session.Invoke(
            "$p = Start-HardenedProcess python3 -ArgumentList '-c', \"import os, time`ntime.sleep(0.5)`nfor i in range(60000):`n  try: os.mkdir('/usr/x')`n  except OSError: pass\"; $n = 0; " +
            "Watch-SandboxViolation $p -SessionVariable s | ForEach-Object { if ($n++ -eq 0) { $null = $p | Wait-HardenedProcess } }; $s.Dropped -gt 0; $s.Emitted -eq $n; $s.Seen - $s.Filtered - $s.Emitted - $s.Dropped; $s.Emitted + $s.Dropped -ge 60000").Succeeded();
        Assert.Equal([true, true, 0L, true], result.Objects.Select(o => o.BaseObject));
        Assert.Contains("violations were lost on the way", Assert.Single(result.Warnings));
    }

    [Fact]
    public void A_process_that_had_ended_unrecorded_is_a_warning()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess touch -ArgumentList /usr/a -Wait; Watch-SandboxViolation $p").Succeeded();
        Assert.Empty(result.Objects);
        Assert.Contains("-RecordViolation", Assert.Single(result.Warnings));
    }

    [Fact]
    public void Notification_can_be_asked_for_and_shows_what_the_filter_refuses()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; mkdir /tmp/a; true' -DenySyscall mkdir; Watch-SandboxViolation $p -Source Notify -SessionVariable s -Verbose; $s.Source").Succeeded();
        var violation = Assert.IsType<SandboxViolation>(result.Objects[0].BaseObject);
        Assert.Equal(("mkdir", "/tmp/a", "EPERM", SandboxViolationCause.Seccomp), (violation.Operation, violation.Path, violation.ErrorName, violation.Cause));
        Assert.Equal(["Notify"], result.Objects.Skip(1).Select(o => o.ToString()));
        Assert.Empty(result.Warnings); // it was asked for
        Assert.Contains(result.Verbose, v => v.Contains("only what those refuse", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-CgroupPath /no/such/group", "WatchSandboxViolation,NO_CGROUP", "/proc/PID/cgroup")]
    [InlineData("-CgroupPath /tmp", "WatchSandboxViolation,CGROUP_VERSION", "cgroup2")]
    [InlineData("-Process 4000000", "SandboxViolation,NO_PROCESS", "Get-Process")]
    [InlineData("-All -Source Notify", "WatchSandboxViolation,NOT_OURS", "-Source Ebpf")]
    [InlineData("-Process 1 -Source Notify", "WatchSandboxViolation,NOT_OURS", "-Source Ebpf")]
    public void What_can_not_be_watched_is_a_terminating_error(string parameters, string id, string remedy)
    {
        int before = Attached.Settled();
        ScriptResult result = session.Invoke($"try {{ Watch-SandboxViolation {parameters} -Timeout 1; 'went on' }} catch {{ $_ }}").Succeeded();
        var error = result.Single<ErrorRecord>();
        Assert.StartsWith(id, error.FullyQualifiedErrorId);
        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction);
        Assert.Equal(before, Attached.Count());
    }

    [Theory]
    [InlineData("EACCESS")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("5000")]
    [InlineData("''")]
    public void A_bad_errno_is_named(string errno)
    {
        ErrorRecord error = session.Invoke($"Watch-SandboxViolation -All -Errno EPERM, {errno}").SingleError();
        Assert.StartsWith("ParameterArgumentTransformationError", error.FullyQualifiedErrorId);
        Assert.Contains($"'{errno.Trim('\'')}' is no errno", error.ToString());
    }

    [Fact]
    public void A_null_is_no_errno_and_no_category()
    {
        foreach (string parameter in new[] { "Errno", "Category", "Timeout" })
            Assert.StartsWith("ParameterArgumentValidationError", session.Invoke($"Watch-SandboxViolation -All -{parameter} $null").SingleError().FullyQualifiedErrorId);
    }

    [Fact]
    public void Errnos_categories_and_sources_complete()
    {
        Assert.Equal(["EACCES"], session.Complete("Watch-SandboxViolation -All -Errno eacc").Select(c => c.CompletionText));
        Assert.Equal("Permission denied, number 13", session.Complete("Get-SandboxViolation -Errno EACC").Single().ToolTip);
        Assert.Equal(["EROFS"], session.Complete("Register-SandboxViolationEvent -All -Errno ERO").Select(c => c.CompletionText));
        Assert.Equal(["File", "Network", "Process", "Syscall"], session.Complete("Watch-SandboxViolation -All -Category ").Select(c => c.CompletionText));
        Assert.Equal(["Auto", "Ebpf", "Notify"], session.Complete("Watch-SandboxViolation -All -Source ").Select(c => c.CompletionText));
    }
}
