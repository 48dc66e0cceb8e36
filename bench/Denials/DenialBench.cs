using System.Diagnostics;
using System.Globalization;
using Sandbox.Denials;
using Sandbox.Hardening;
using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Denials;

/// <summary>Denied calls: how many a second, what each costs its caller, and how many its observer gets.</summary>
internal sealed class DenialBench(Workplace place)
{
    private const int Slow = 20_000; // objects a second
    private readonly string _program = place.Compile("denials");

    public static void Run(Report report, Workplace place, int rounds)
    {
        var bench = new DenialBench(place);
        bench.Table(report, 200_000, Math.Clamp(rounds, 1, 5), all: true);
        bench.Table(report, 1_000_000, 1, all: false);
    }

    private void Table(Report report, int count, int rounds, bool all)
    {
        var subjects = Subjects(all).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var subject in subjects) subject.Measure(count);
        }

        Report.Section(string.Create(CultureInfo.InvariantCulture, $"{count} denied calls as {report.Who}, {rounds} interleaved rounds"),
            "| | thousand a second | a call, µs: p50 | p99 | received | as objects or lines | known to be lost |", "|---|---|---|---|---|---|---|");
        foreach (var subject in subjects) Report.Line(subject.Row(count));
    }

    private IEnumerable<DenialSubject> Subjects(bool all)
    {
        yield return new("refused by the kernel, not reported (floor)", n => DenialRun.Parse(Output(Start("errno", n)), null, 0, 0));
        yield return new("bare C supervisor, path read", n => DenialRun.Parse(Output(Start("supervised", n)), n, 0, 0));
        yield return new("**Sandbox, Notify, only counted**", n => Notify(n, follow: false, slow: false));
        yield return new("**Sandbox, Notify, watched, fast consumer**", n => Notify(n, follow: true, slow: false));
        yield return new("**Sandbox, Notify, watched, slow consumer**", n => Notify(n, follow: true, slow: true));
        if (Environment.IsPrivilegedProcess)
        {
            yield return new("**Sandbox, Audit, fast consumer**", n => Log(n, SeccompDenialSource.Audit, slow: false));
            yield return new("**Sandbox, Audit, slow consumer**", n => Log(n, SeccompDenialSource.Audit, slow: true));
            if (all)
            {
                yield return new("**Sandbox, Kmsg**", n => Log(n, SeccompDenialSource.Kmsg, slow: false));
                yield return new("dmesg -w", Dmesg);
            }
        }

        if (all && File.Exists("/usr/bin/strace")) yield return new("strace -f", Strace);
    }

    private DenialRun Notify(int count, bool follow, bool slow)
    {
        var policy = new SeccompPolicy("bench", SeccompAction.Allow, [new(["chroot"], SeccompAction.Errno)]);
        var request = place.Request(BuiltInProfiles.Strict with { ReadOnlyPaths = [place.Directory] }, _program) with { Arguments = [Text(count), "plain"], SeccompPolicy = policy };
        var process = HardenedLauncher.Start(request);
        if (!follow)
        {
            process.Wait(Timeout.InfiniteTimeSpan);
            return DenialRun.Parse(process.StandardOutput, process.Denials.Sum(d => d.Count), 0, process.GetDenials().Count);
        }

        using var session = NotifyDenialSession.Open(process);
        var (received, objects) = Consume(session, count, slow);
        process.Wait(Timeout.InfiniteTimeSpan);
        return DenialRun.Parse(process.StandardOutput, received, session.Lost, objects);
    }

    private DenialRun Log(int count, SeccompDenialSource source, bool slow)
    {
        using var process = Start("log", count, 1);
        SeccompDenialSession session;
        try
        {
            session = DenialSessions.Open([new() { ProcessId = process.Id, Source = source }]);
        }
        catch (SandboxException e) when (source == SeccompDenialSource.Kmsg)
        {
            Console.Error.WriteLine(e.Message); // printk's limit is used up by what ran before; it says so and never falls silent
            return DenialRun.Parse(Output(process), 0, 0, 0);
        }

        using (session)
        {
            var (received, objects) = Consume(session, count, slow);
            return DenialRun.Parse(Output(process), received, session.Lost, objects);
        }
    }

    private static (long Received, long Objects) Consume(SeccompDenialSession session, int count, bool slow)
    {
        long received = 0, objects = 0;
        var clock = Stopwatch.StartNew();
        foreach (var denial in session.Read(TimeSpan.FromMinutes(2), CancellationToken.None))
        {
            received += denial.Count;
            if (++objects % 100 == 0 && slow && clock.Elapsed.TotalSeconds < objects / (double)Slow) Thread.Sleep(5);
            if (received >= count) break;
        }

        return (received, objects);
    }

    private DenialRun Dmesg(int count)
    {
        using var reader = Process.Start(new ProcessStartInfo("dmesg", ["-W"]) { RedirectStandardOutput = true })!;
        using var process = Start("log", count, 1);
        var mark = $" pid={process.Id} ";
        long lines = 0;
        reader.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(mark, StringComparison.Ordinal) == true) lines++;
        };
        reader.BeginOutputReadLine();
        var output = Output(process);
        Thread.Sleep(500);
        reader.Kill();
        reader.WaitForExit();
        return DenialRun.Parse(output, lines, 0, lines);
    }

    private DenialRun Strace(int count)
    {
        var file = Path.Join(place.Directory, "strace.out");
        using var process = Process.Start(new ProcessStartInfo("strace", ["-f", "-o", file, "-e", "trace=chroot", _program, Text(count), "errno"]) { RedirectStandardOutput = true })!;
        var output = Output(process);
        var lines = File.ReadLines(file).LongCount(l => l.Contains("chroot(", StringComparison.Ordinal));
        File.Delete(file);
        return DenialRun.Parse(output, lines, 0, lines);
    }

    private Process Start(string mode, int count, int delay = 0) =>
        Process.Start(new ProcessStartInfo(_program, [Text(count), mode, Text(delay)]) { RedirectStandardOutput = true })!;

    private static string Output(Process process)
    {
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"The program that makes denied calls ended with {process.ExitCode}.");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
