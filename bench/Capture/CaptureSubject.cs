using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tmds.Linux;

namespace Sandbox.Bench.Capture;

/// <summary>A program that captures: it says on its standard error that it is ready, and, after SIGTERM, what it counted.</summary>
/// <param name="name">Its name in the tables.</param>
/// <param name="command">Its command line for an interface, a file and the most bytes of a packet.</param>
/// <param name="ready">A part of the line that says that it captures.</param>
/// <param name="counts">Finds written and dropped, or received, filtered and dropped, in what it says at the end.</param>
/// <param name="check">Looks at its file once more, against the counts.</param>
/// <param name="attributes">Whether it tells the process of each packet.</param>
internal sealed class CaptureSubject(string name, Func<string, string, int, string[]> command, string ready, string counts, Action<string, CaptureRun>? check = null, bool attributes = false)
{
    private const int Quiet = 1500, MostQuiet = 30_000, Patience = 30_000;
    private readonly List<CaptureRun> _runs = [];

    public string Name => name;

    public bool Attributes => attributes;

    public IReadOnlyList<CaptureRun> Runs => _runs;

    public void Forget() => _runs.Clear();

    /// <summary>One run, with its file removed at the end.</summary>
    public void Measure(CaptureWorld world, CaptureLoad load, string sender, string file)
    {
        var start = world.Inside(command(CaptureWorld.Receiver, file, load.SnapLength));
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        using var process = Process.Start(start)!;
        try
        {
            var said = AwaitReady(process);
            var before = world.Counters();
            var processor = Processor(process);
            var (sent, seconds, sending) = Send(world, load, sender);
            AwaitQuiet(file);
            processor = Processor(process) - processor;
            var after = world.Counters();
            _ = LibC.kill(process.Id, 15); // SIGTERM: a shell lets what runs in the background ignore SIGINT
            said.Append(process.StandardError.ReadToEnd());
            if (!process.WaitForExit(Patience)) throw new TimeoutException($"{name} doesn't end.");
            if (after.Arrived - before.Arrived + after.Lost - before.Lost != sent) throw new InvalidOperationException($"{sent} frames were sent, {after.Arrived - before.Arrived} arrived, {after.Lost - before.Lost} were lost on the way.");
            var run = Parse(said.ToString(), seconds, sent, after.Lost - before.Lost, Count(file), processor, sending);
            check?.Invoke(file, run);
            _runs.Add(run);
        }
        finally
        {
            Tool.End(process);
            File.Delete(file);
        }
    }

    private StringBuilder AwaitReady(Process process)
    {
        var said = new StringBuilder();
        while (process.StandardError.ReadLine() is { } line)
        {
            said.AppendLine(line);
            if (!line.Contains(ready, StringComparison.Ordinal)) continue;
            Thread.Sleep(300); // dumpcap opens its file after it has said so
            return said;
        }

        throw new InvalidOperationException($"{name} doesn't start: {said}");
    }

    private static (long Sent, double Seconds, TimeSpan Processor) Send(CaptureWorld world, CaptureLoad load, string sender)
    {
        var start = world.Inside([sender, CaptureWorld.Sender, Text(load.Size), Text(load.Count), Text(load.Rate), .. load.BySocket ? [CaptureWorld.Nobody] : Array.Empty<string>()]);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        using var process = Process.Start(start)!;
        process.StandardInput.Write('x');
        process.StandardInput.Close();
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The sender ended with {process.ExitCode}.");
        return (long.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(words[3], CultureInfo.InvariantCulture)));
    }

    // tcpdump takes a part of the ring that isn't full after a second. What a program leaves to its end comes with its end.
    private static void AwaitQuiet(string file)
    {
        var (clock, length, since) = (Stopwatch.StartNew(), -1L, 0L);
        while (clock.ElapsedMilliseconds - since < Quiet && clock.ElapsedMilliseconds < MostQuiet)
        {
            if (new FileInfo(file) is { Exists: true } now && now.Length != length) (length, since) = (now.Length, clock.ElapsedMilliseconds);
            Thread.Sleep(20);
        }
    }

    private CaptureRun Parse(string said, double seconds, long sent, long before, long written, TimeSpan processor, TimeSpan sending)
    {
        var match = Regex.Match(said, counts, RegexOptions.Singleline);
        if (!match.Success) throw new InvalidOperationException($"{name} doesn't say what it counted: {said}");
        long Value(string group) => match.Groups[group] is { Success: true } found ? long.Parse(found.Value, CultureInfo.InvariantCulture) : 0;
        var (dropped, filtered) = (Value("dropped"), Value("filtered"));
        return new(seconds, sent, before, match.Groups["received"].Success ? Value("received") : Value("written") + dropped, filtered, dropped, written, processor, sending, Value("attributed"));
    }

    private static long Count(string file) =>
        long.Parse(Regex.Match(Tool.Run("capinfos", "-c", "-M", file), @"Number of packets:\s+(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    private static TimeSpan Processor(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
