using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>Turns the results of a plan and the read-backs into rows. A row is Applied only where the kernel has confirmed it.</summary>
internal sealed class OutcomeBuilder(PreparedLaunch prepared, PlanMemory memory)
{
    private static readonly RemedyTable Remedies = new();
    private readonly Dictionary<string, HardeningOutcome> _rows = new(StringComparer.Ordinal);

    /// <summary>Rows by name, in the order of the plan, with rows from outside the plan (cgroups) behind them.</summary>
    public IReadOnlyList<HardeningOutcome> Rows => [.. prepared.Context.Rows.Select(r => _rows[r.Name]), .. Extra];

    /// <summary>Rows that the plan doesn't hold.</summary>
    public List<HardeningOutcome> Extra { get; } = [];

    /// <summary>Requested rows that are not in force.</summary>
    public IEnumerable<HardeningOutcome> Missing => LevelRule.Missing(Rows);

    /// <summary>Judges every row that can be judged now; those that only show after the exec count as pending at the gate.</summary>
    public void Judge(Evidence? evidence, bool afterExec)
    {
        evidence?.Refresh();
        foreach (var row in prepared.Context.Rows)
        {
            // What was confirmed at the gate is not asked again of a process that may be gone.
            if (afterExec && !row.AfterExec && _rows.TryGetValue(row.Name, out var known) && known.Status != OutcomeStatus.Skipped) continue;
            _rows[row.Name] = Judge(row, evidence, afterExec);
        }
    }

    /// <summary>The requested rows that have failed, or were skipped for another's failure, as the gate sees them.</summary>
    public IEnumerable<HardeningOutcome> MissingAtGate => Missing.Where(r => !prepared.Context.Rows.Any(p => p.Name == r.Name && p.AfterExec && r.Status == OutcomeStatus.Skipped));

    private HardeningOutcome Judge(PlannedRow row, Evidence? evidence, bool afterExec)
    {
        if (!row.Requested) return Row(row, OutcomeStatus.Skipped, row.Verify(evidence!).Detail);
        var steps = prepared.Plan.StepsOf(row.Name);
        if (Failure(steps) is { } failed) return Failed(row, failed);
        if (steps.Any(s => memory.Result(s) == PlanFormat.Skipped)) return Row(row, OutcomeStatus.Skipped, "depends on a step that failed");
        if (evidence is null || steps.Any(s => memory.Result(s) is PlanFormat.NotReached or PlanFormat.Started)) return Row(row, OutcomeStatus.Skipped, "not reached");
        if (row.AfterExec && !afterExec) return Row(row, OutcomeStatus.Skipped, "shows after the exec");
        return Verify(row, evidence);
    }

    private PlanStep? Failure(IReadOnlyList<PlanStep> steps) => steps.FirstOrDefault(s => memory.Result(s) is var r && r > PlanFormat.Started && (s.Expect != 0 ? r != -s.Expect : s.ExpectResult is { } wanted ? r != wanted : r < 0));

    private HardeningOutcome Failed(PlannedRow row, PlanStep step)
    {
        var errno = Math.Max(0, -memory.Result(step));
        var detail = step.Expect != 0 ? $"{step} was not refused with {Errno.Name(step.Expect)}" : step.ToString();
        return Row(row, OutcomeStatus.Failed, detail) with
        {
            Errno = errno,
            ErrnoName = errno == 0 ? null : Errno.Name(errno),
            Syscall = step.Call.Name,
            Remedy = Remedies.For(row.Name, errno, step.Call.Name) ?? Unexplained(step, errno),
        };
    }

    // No row fails without a next thing to do.
    private static string Unexplained(PlanStep step, int errno) => step.Expect != 0
        ? "The kernel let through what this protection has to refuse, so it is not in force: use a newer kernel, or -BestEffort to run without it."
        : $"{step.Call.Name}(2) says what {Errno.Name(errno)} means there; -BestEffort runs without this protection.";

    private static HardeningOutcome Verify(PlannedRow row, Evidence evidence)
    {
        try
        {
            var finding = row.Verify(evidence);
            return finding.Confirmed ? Row(row, OutcomeStatus.Applied, finding.Detail) : Row(row, OutcomeStatus.Failed, $"read back: {finding.Detail}") with { Remedy = Remedies.For(row.Name, 0, null) ?? "The calls succeeded and the kernel shows no effect of them: something on this machine undoes or hides it; -BestEffort runs without this protection." };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SandboxException)
        {
            return Row(row, OutcomeStatus.Failed, $"can't be read back: {e.Message}") with { Remedy = "Without a readable /proc of the target nothing can be confirmed; mount /proc without hidepid." };
        }
    }

    private static HardeningOutcome Row(PlannedRow row, OutcomeStatus status, string detail) =>
        new() { Name = row.Name, Requested = row.Requested, Status = status, Detail = detail };
}
