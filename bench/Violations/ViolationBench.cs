using System.Diagnostics;
using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Tracing;
using Sandbox.Violations;

namespace Sandbox.Bench.Violations;

/// <summary>Refused calls seen by eBPF: how soon, how many a second, what each call of those who are watched, and of others, costs.</summary>
internal sealed class ViolationBench(Workplace place)
{
    private const int Refused = 1_000_000, Plain = 3_000_000, PlainSlow = 30_000, SlowRate = 20_000;
    private const string BpfTrace = "/usr/bin/bpftrace", Strace = "/usr/bin/strace";
    private readonly string _program = place.Compile("violations");
    private readonly Dictionary<string, List<double>> _costs = [];

    public static void Run(Workplace place, int rounds)
    {
        var bench = new ViolationBench(place);
        bench.Ready(Math.Clamp(rounds, 5, 40));
        bench.Loss();
        bench.Cost(Math.Clamp(rounds, 3, 10));
        bench.Build(Math.Clamp(rounds, 5, 15));
    }

    private void Ready(int rounds)
    {
        var (ours, apart, peer) = (new Samples(), new Samples(), new Samples());
        for (var i = 0; i < rounds; i++)
        {
            // One right after another waits for the kernel to forget the last probe of its tracepoint.
            ours.Add(Timed(() => ViolationSessions.Open(new() { All = true }).Dispose()));
            Thread.Sleep(200);
            apart.Add(Timed(() => ViolationSessions.Open(new() { All = true }), out var session));
            session.Dispose();
            Thread.Sleep(200);
            if (File.Exists(BpfTrace) && i < 5) peer.Add(Timed(() => StopTrace(StartTrace(Environment.ProcessId))));
        }

        Report.Section($"Time to ready, {rounds} rounds, ms", "| | min | median | p95 |", "|---|---|---|---|");
        Row("**Sandbox, attached and detached**", ours);
        Row("**Sandbox, attached**", apart);
        Row("bpftrace, to its BEGIN, and ended", peer);
    }

    private void Loss()
    {
        Report.Section($"{Refused} refused calls, one run", "| | thousand a second | µs a call | received | dropped | CPU of the observer, s |", "|---|---|---|---|---|---|");
        Loss("nobody watches", () => (Go(Start("refused", Refused)), null, null, 0));
        Loss("**Sandbox, fast consumer**", () => Watch(slow: false));
        Loss("**Sandbox, slow consumer**", () => Watch(slow: true));
        if (File.Exists(BpfTrace)) Loss("bpftrace, printf", TraceByBpfTrace);
        if (File.Exists(Strace)) Loss("strace -f -Z", TraceByStrace);
    }

    private static void Loss(string name, Func<(double Seconds, long? Received, long? Dropped, double Cpu)> run)
    {
        var (seconds, received, dropped, cpu) = run();
        Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Refused / seconds / 1000:0.0} | {seconds / Refused * 1e6:0.00} | {received?.ToString(CultureInfo.InvariantCulture) ?? "–"} | {dropped?.ToString(CultureInfo.InvariantCulture) ?? "–"} | {cpu:0.00} |"));
    }

    private (double, long?, long?, double) Watch(bool slow)
    {
        using var target = Start("refused", Refused);
        var before = Cpu();
        using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id] });
        var run = Task.Run(() => Go(target));
        long received = 0;
        var clock = Stopwatch.StartNew();
        foreach (var _ in session.Read(null, CancellationToken.None))
        {
            if (++received % 100 == 0 && slow && clock.Elapsed.TotalSeconds < received / (double)SlowRate) Thread.Sleep(5);
        }

        if (session.Seen != session.Filtered + session.Emitted + session.Dropped || session.Emitted != received) throw new InvalidOperationException($"The counts don't add up: {session}, {received} received.");
        return (run.Result, received, session.Dropped, Cpu() - before);
    }

    private (double, long?, long?, double) TraceByBpfTrace()
    {
        using var target = Start("refused", Refused);
        var trace = StartTrace(target.Id);
        var lines = Task.Run(() =>
        {
            long count = 0;
            while (trace.StandardOutput.ReadLine() is { } line)
            {
                if (line.StartsWith("refused", StringComparison.Ordinal)) count++;
            }

            return count;
        });
        var errors = trace.StandardError.ReadToEndAsync();
        var seconds = Go(target);
        Thread.Sleep(2000);
        var cpu = StopTrace(trace);
        var lost = errors.Result.Split('\n').Where(l => l.StartsWith("Lost ", StringComparison.Ordinal)).Sum(l => long.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
        return (seconds, lines.Result, lost, cpu);
    }

    private (double, long?, long?, double) TraceByStrace()
    {
        var file = Path.Join(place.Directory, "strace.out");
        using var trace = Process.Start(new ProcessStartInfo(Strace, ["-f", "-Z", "-o", file, "-e", "trace=chroot", _program, "refused", Text(Refused)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var seconds = Go(trace);
        var lines = File.ReadLines(file).LongCount(l => l.Contains("chroot(", StringComparison.Ordinal));
        File.Delete(file);
        return (seconds, lines, null, double.NaN);
    }

    // What every call costs, of a process that is watched and of one that isn't.
    private void Cost(int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            Add("nothing attached", Plain, () => Go(Start("plain", Plain)));
            using (var other = Start("plain", 1))
            {
                using (ViolationSessions.Open(new() { ProcessIds = [other.Id] })) Add("**Sandbox, another process is watched**", Plain, () => Go(Start("plain", Plain)));
                Go(other);
            }

            Add("**Sandbox, this process is watched**", Plain, () =>
            {
                using var target = Start("plain", Plain);
                using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id] });
                return Go(target);
            });
            Add("**Sandbox, this process is counted**", Plain, () =>
            {
                using var target = Start("plain", Plain);
                using var trace = SeccompTrace.Start(null, target.Id, Path.Join(place.Directory, "trace"), SeccompTraceMethod.Ebpf);
                return Go(target);
            });
            if (File.Exists(BpfTrace))
            {
                Add("bpftrace, this process is watched", Plain, () =>
                {
                    using var target = Start("plain", Plain);
                    using var trace = StartTrace(target.Id);
                    var seconds = Go(target);
                    StopTrace(trace);
                    return seconds;
                });
            }

            if (File.Exists(Strace))
            {
                Add("strace -f -Z", PlainSlow, () =>
                {
                    using var trace = Process.Start(new ProcessStartInfo(Strace, ["-f", "-Z", "-o", "/dev/null", _program, "plain", Text(PlainSlow)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
                    return Go(trace);
                });
            }
        }

        Report.Section($"A call that succeeds (getppid), {rounds} interleaved rounds, ns", "| | min | median | more than nothing, by the median |", "|---|---|---|---|");
        var floor = Middle(_costs["nothing attached"]);
        foreach (var (name, values) in _costs) Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {name} | {values.Min():0} | {Middle(values):0} | {Middle(values) - floor:0} |"));
    }

    // A real build: this program's own C sources, compiled again and again.
    private void Build(int rounds)
    {
        var (plain, counted) = (new Samples(), new Samples());
        var sources = Directory.GetFiles(Path.Join(AppContext.BaseDirectory, "Programs"), "*.c");
        for (var i = 0; i < rounds; i++)
        {
            plain.Add(Timed(() => Compile(sources, SeccompTraceMethod.Auto, null)));
            counted.Add(Timed(() => Compile(sources, SeccompTraceMethod.Ebpf, Path.Join(place.Directory, "build.ndjson"))));
        }

        Report.Section($"A build of {sources.Length} C files, {rounds} interleaved rounds, ms", "| | min | median | p95 | median to plain |", "|---|---|---|---|---|");
        foreach (var (name, samples) in new[] { ("plain", plain), ("**counted: -TraceMethod Ebpf**", counted) })
        {
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples.Least:0} | {samples.Median:0} | {samples.Percentile95:0} | {samples.Median / plain.Median:0.000} |"));
        }
    }

    private void Compile(string[] sources, SeccompTraceMethod method, string? trace)
    {
        var script = string.Join(" && ", sources.Select(s => $"gcc -O2 -c -o /dev/null '{s}'"));
        var request = place.Request(Sandbox.Hardening.BuiltInProfiles.Standard, "/bin/sh") with { Arguments = ["-c", script], TraceMethod = method, TracePath = trace };
        var process = HardenedLauncher.Start(request);
        process.Wait(Timeout.InfiniteTimeSpan);
        if (process.ExitCode != 0) throw new InvalidOperationException(process.StandardError);
    }

    private void Add(string name, int calls, Func<double> run)
    {
        if (!_costs.TryGetValue(name, out var values)) _costs.Add(name, values = []);
        values.Add(run() / calls * 1e9);
    }

    private Process Start(string mode, int count)
    {
        var process = Process.Start(new ProcessStartInfo(_program, [mode, Text(count)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Thread.Sleep(50);
        return process;
    }

    // Lets it run; its own seconds.
    private static double Go(Process process)
    {
        process.StandardInput.Write('x');
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"The program that makes refused calls ended with {process.ExitCode}.");
    }

    // As the reference system does it, for one process.
    private static Process StartTrace(int process)
    {
        var script = string.Create(CultureInfo.InvariantCulture, $"BEGIN {{ printf(\"ready\\n\"); }} tracepoint:raw_syscalls:sys_exit /pid == {process} && (args->ret == -1 || args->ret == -13 || args->ret == -30)/ {{ printf(\"refused %d %s %d\\n\", pid, comm, args->ret); }}");
        // It reads the tracepoint's format in tracefs, which isn't mounted everywhere.
        string[] arguments = ["-m", "/bin/sh", "-c", "mount -t tracefs none /sys/kernel/tracing && mount -t debugfs none /sys/kernel/debug && mount -t tracefs none /sys/kernel/debug/tracing; exec \"$0\" -e \"$1\"", BpfTrace, script];
        var trace = Process.Start(new ProcessStartInfo("/usr/bin/unshare", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (trace.StandardOutput.ReadLine() is var line && line != "ready")
        {
            if (line is null) throw new InvalidOperationException("bpftrace doesn't start: " + trace.StandardError.ReadToEnd());
        }

        return trace;
    }

    private static double StopTrace(Process trace)
    {
        var cpu = 0.0;
        try
        {
            cpu = trace.TotalProcessorTime.TotalSeconds;
            using var kill = Process.Start("/bin/kill", ["-INT", Text(trace.Id)]);
            kill.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }

        trace.WaitForExit();
        return cpu;
    }

    private static double Timed(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Timed<T>(Func<T> action, out T result)
    {
        var clock = Stopwatch.StartNew();
        result = action();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Row(string name, Samples samples)
    {
        if (samples.Count > 0) Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples.Least:0.00} | {samples.Median:0.00} | {samples.Percentile95:0.00} |"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
