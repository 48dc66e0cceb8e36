using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>The tables of the seccomp part, as markdown.</summary>
internal static class SeccompReport
{
    public static void Write(int rounds, TimeSpan first, PolicyBench[] policies, FilterSubject[] controls)
    {
        Report.Section("Seccomp programs", "| Policy | Compiler | Instructions | Longest path | Longest path by number alone | Calls in the kernel's cache | Meaning against the rules |", "|---|---|---|---|---|---|---|");
        ForEach(policies, (of, s) => Report.Line($"| {of.Name} | {s.Name} | {s.Program!.Count} | {s.Program.LongestPath} | {NamePath(of.Policy, s.Program)} | {ConstantAllow.Count(s.Program, SeccompArchitecture.X86_64)} of {SeccompMeasurement.Of(of.Policy).AllowedSyscalls} | {s.Proof} |"));

        Report.Section($"Seccomp compile and install time, {rounds} interleaved rounds, ms", "| Policy | Compiler | compile: min | median | p95 | install: min | median | p95 |", "|---|---|---|---|---|---|---|---|");
        ForEach(policies, (of, s) => Report.Line($"| {of.Name} | {s.Name} | {Cells(s.Compilation)} | {Cells(s.Installation)} |"));
        Report.Line(string.Create(CultureInfo.InvariantCulture, $"\nOur very first compilation of the process, the tables of calls read and the code not yet compiled: {first.TotalMilliseconds:0} ms."));

        Report.Section($"Calls under a filter, {rounds} interleaved rounds, ns per call", "| Policy | Filter | getppid, allowed: min | median | kcmp, refused: min | median | personality, argument checked: min | median |", "|---|---|---|---|---|---|---|---|");
        foreach (var control in controls) Line("–", control);
        ForEach(policies, (of, s) => Line(of.Name, s));
    }

    private static void Line(string policy, FilterSubject s) => Report.Line($"| {policy} | {s.Name} | {string.Join(" | ", s.Calls.Select(samples => string.Create(CultureInfo.InvariantCulture, $"{samples.Least:0} | {samples.Median:0}")))} |");

    private static void ForEach(PolicyBench[] policies, Action<PolicyCase, FilterSubject> write)
    {
        foreach (var policy in policies)
        {
            foreach (var subject in policy.Subjects) write(policy.Case, subject);
        }
    }

    // Of calls that no condition decides; each has one way through the program.
    private static int NamePath(SeccompPolicy policy, SeccompProgram program)
    {
        var checkedNames = policy.Rules.Where(rule => rule.Conditions.Count > 0).SelectMany(rule => SeccompSets.Expand(rule.Names)).ToHashSet();
        return policy.Architectures.SelectMany(architecture => SyscallTable.For(architecture).Entries.Where(entry => !checkedNames.Contains(entry.Name))
            .Select(entry => BpfEmulator.Run(program, new(SeccompArchitectures.AuditArchitecture(architecture), entry.Number)).Executed)).Max();
    }

    private static string Cells(Samples s) => string.Join(" | ", new[] { s.Least, s.Median, s.Percentile95 }.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
}
