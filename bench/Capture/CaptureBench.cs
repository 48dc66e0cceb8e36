using System.Globalization;

namespace Sandbox.Bench.Capture;

/// <summary>Packets lost and processor time for each, against tcpdump and dumpcap with equal buffers on the same file system.</summary>
internal static class CaptureBench
{
    private const int BufferSize = 16 << 20;
    private const string SenderName = "frames";

    public static void Run(Workplace place, int rounds)
    {
        if (new[] { "ip", "capinfos" }.FirstOrDefault(p => Tool.Find(p) is null) is { } missing)
        {
            Console.Error.WriteLine($"{missing} is not installed. Captures are not measured.");
            return;
        }

        var sender = place.Compile(SenderName);
        var file = Path.Join(place.Directory, "run.pcapng");
        var all = Subjects().ToArray();
        using var world = new CaptureWorld();
        foreach (var load in CaptureLoad.All)
        {
            var subjects = all.Where(s => load.BySocket || !s.Attributes).ToArray();
            foreach (var subject in subjects) subject.Forget();
            for (var round = 0; round < rounds; round++)
            {
                // Each begins as often as the others.
                for (var i = 0; i < subjects.Length; i++) subjects[(round + i) % subjects.Length].Measure(world, load, sender, file);
            }

            Table(load, rounds, subjects);
            if (load.BySocket) SenderTable(load, subjects);
        }
    }

    private static IEnumerable<CaptureSubject> Subjects()
    {
        yield return Ours("**Sandbox**", attributes: false);
        yield return Ours("**Sandbox**, with the process of each packet", attributes: true);
        if (Tool.Find("tcpdump") is { } tcpdump)
        {
            yield return new("tcpdump", (link, file, snap) => [tcpdump, "-Z", "root", "-n", "-i", link, "-B", Text(BufferSize >> 10), "-s", Text(snap), "-w", file],
                "listening on", @"(?<written>\d+) packets? captured.*?(?<received>\d+) packets? received by filter.*?(?<dropped>\d+) packets? dropped by kernel");
        }

        if (Tool.Find("dumpcap") is { } dumpcap)
        {
            yield return new("dumpcap", (link, file, snap) => [dumpcap, "-q", "-i", link, "-B", Text(BufferSize >> 20), "-s", Text(snap), "-w", file],
                "File:", @"received/dropped on interface '\w+': (?<written>\d+)/(?<dropped>\d+)");
        }
    }

    private static CaptureSubject Ours(string name, bool attributes) =>
        new(name, (link, file, snap) => [Environment.ProcessPath!, typeof(Program).Assembly.Location, CaptureChild.Argument, link, file, Text(snap), Text(BufferSize), attributes.ToString()],
            CaptureChild.Ready, @"received (?<received>\d+) written (?<written>\d+) filtered (?<filtered>\d+) dropped (?<dropped>\d+) attributed (?<attributed>\d+)", Check, attributes);

    // What is said of our own file must be right in every run; the tools are measured, not judged.
    private static void Check(string file, CaptureRun run)
    {
        if (!run.Balances) throw new InvalidOperationException($"The counts don't add up: {run}.");
        var (received, dropped, delivered) = StatisticsBlock.Read(file);
        if ((received, dropped, delivered) != (run.Received, run.Dropped, run.Written)) throw new InvalidOperationException($"The file's statistics say received {received}, dropped {dropped}, delivered {delivered}: {run}.");
        if (ProcessRemarks.Count(file, SenderName) is var named && named != run.Attributed) throw new InvalidOperationException($"The file names {SenderName} at {named} packets: {run}.");
    }

    private static void Table(CaptureLoad load, int rounds, CaptureSubject[] subjects)
    {
        Report.Section($"{load.Title}: {rounds} interleaved rounds of {Text(load.Count)} frames", "| | sent, thousand a second | lost before | received | dropped | not in the file, %: median | worst | CPU µs a packet: min | median | p95 | median / ours | rounds that balance |", "|---|---|---|---|---|---|---|---|---|---|---|---|");
        var ours = Of(subjects[0], r => r.Cost).Median;
        foreach (var subject in subjects)
        {
            var (runs, costs, losses) = (subject.Runs, Of(subject, r => r.Cost), Of(subject, r => r.Loss));
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {subject.Name} | {runs.Sum(r => r.Sent) / runs.Sum(r => r.Seconds) / 1000:0.0} | {runs.Sum(r => r.Before)} | {runs.Sum(r => r.Received)} | {runs.Sum(r => r.Dropped)} | {losses.Median:0.00} | {runs.Max(r => r.Loss):0.00} | {costs.Least:0.00} | {costs.Median:0.00} | {costs.Percentile95:0.00} | {costs.Median / ours:0.00} | {runs.Count(r => r.Balances)} of {runs.Count} |"));
        }
    }

    // What a receiver costs the process whose packets it takes.
    private static void SenderTable(CaptureLoad load, CaptureSubject[] subjects)
    {
        Report.Section($"{load.Title}: what sends them", "| while this receives | its CPU µs a packet: min | median | p95 | median / ours | packets of known process |", "|---|---|---|---|---|---|");
        var ours = Of(subjects[0], r => r.SendingCost).Median;
        foreach (var subject in subjects)
        {
            var costs = Of(subject, r => r.SendingCost);
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {subject.Name} | {costs.Least:0.00} | {costs.Median:0.00} | {costs.Percentile95:0.00} | {costs.Median / ours:0.00} | {(subject.Attributes ? $"{subject.Runs.Sum(r => r.Attributed)} of {subject.Runs.Sum(r => r.Received)}" : "–")} |"));
        }
    }

    private static Samples Of(CaptureSubject subject, Func<CaptureRun, double> value)
    {
        var samples = new Samples();
        foreach (var run in subject.Runs) samples.Add(value(run));
        return samples;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
