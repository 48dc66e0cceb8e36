using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>Why a launch ended without a running target: a protection, the level, the program, or what lies between them.</summary>
internal static class LaunchFailure
{
    public static SandboxException Describe(PreparedLaunch prepared, LaunchedSandbox launched, LaunchGate gate)
    {
        if (gate.Failure is { } failure) return failure;
        var outcome = gate.Outcome ?? new OutcomeBuilder(prepared, launched.Memory);
        // Steps behind the gate may have failed since it was judged; what it confirmed stays.
        if (!launched.Running) outcome.Judge(null, afterExec: gate.Outcome is not null);
        var rows = outcome.Rows;
        var failed = rows.Where(r => r.Status == OutcomeStatus.Failed && r.Requested).ToArray();
        if (failed.Length > 0 && prepared.Context.Profile.FailClosed) return Protections(prepared, failed, rows);
        var exec = launched.Memory.Result(prepared.Plan.Steps[^1]);
        if (exec < 0 && exec > -4096) return ExecFailure.Describe(prepared, -exec, rows);
        var level = LevelRule.Judge(prepared.Context.Profile.Tier, rows);
        if (level < prepared.Request.RequireLevel) return Level(prepared, level, failed, rows);
        return failed.Length > 0 ? Protections(prepared, failed, rows) : Plumbing(prepared, launched, rows);
    }

    private static HardeningException Protections(PreparedLaunch prepared, HardeningOutcome[] failed, IReadOnlyList<HardeningOutcome> rows)
    {
        var first = failed[0];
        var list = string.Join("; ", failed.Select(r => $"{r.Name}: {(r.ErrnoName is null ? r.Detail : $"{r.Syscall} gave {r.ErrnoName}")}"));
        return new($"{first.Syscall ?? first.Name},{first.ErrnoName ?? "NOT_IN_FORCE"}", SandboxErrorKind.SecurityError, $"{prepared.Path} was not started: {list}.", first.Remedy ?? "Use -BestEffort to run without it, knowing what is missing.", rows);
    }

    private static HardeningException Level(PreparedLaunch prepared, HardeningLevel level, HardeningOutcome[] failed, IReadOnlyList<HardeningOutcome> rows)
    {
        var missing = failed.Length == 0 ? "" : $" Not in force: {string.Join(", ", failed.Select(r => r.Name))}.";
        var remedy = failed.FirstOrDefault(r => r.Remedy is not null)?.Remedy ?? "Use a profile that can reach this level (Standard reaches Baseline, Strict reaches Full).";
        return new("RequireLevel,NOT_REACHED", SandboxErrorKind.SecurityError, $"{prepared.Path} was not started: level {level} is below the required {prepared.Request.RequireLevel}.{missing}", remedy, rows);
    }

    private static HardeningException Plumbing(PreparedLaunch prepared, LaunchedSandbox launched, IReadOnlyList<HardeningOutcome> rows)
    {
        var step = prepared.Plan.Steps.FirstOrDefault(s => launched.Memory.Result(s) is var r && r < 0 && r > -4096 && s.Expect == 0);
        var (call, reason, what) = step is null
            ? ("launcher", "ENDED", "the launcher ended before its plan did")
            : (step.Call.Name, Errno.Name(-launched.Memory.Result(step)), $"{step} failed");
        return new($"{call},{reason}", SandboxErrorKind.SecurityError, $"{prepared.Path} was not started: {what}.", "A memory or process limit of the machine may have ended the launcher: see the kernel log.", rows);
    }
}
