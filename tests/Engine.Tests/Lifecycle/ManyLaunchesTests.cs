using System.Diagnostics;
using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Lifecycle;

/// <summary>Launches from many threads while others allocate and collect. SANDBOX_SOAK=1 makes it 20,000.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class ManyLaunchesTests(ITestOutputHelper output)
{
    private static readonly int Launches = Environment.GetEnvironmentVariable("SANDBOX_SOAK") == "1" ? 20_000 : 1000;

    [Fact]
    public void Nothing_hangs_or_leaks()
    {
        Launch(0);
        Assert.True(ProcessState.Eventually(ProcessState.NoEventLoop));
        GC.Collect();
        var descriptors = ProcessState.Descriptors();
        var threads = ProcessState.ThreadNames();
        var children = ProcessState.Children(); // the janitor of cgroups lives as long as we do
        using var stop = new CancellationTokenSource();
        var pressure = Enumerable.Range(0, 2).Select(_ => Background(() => Allocate(stop.Token))).ToArray();
        var next = 0;
        var wrong = new List<string>();
        var slowest = 0L;
        var watch = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, 8).Select(_ => Background(() =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) <= Launches;)
            {
                var one = Stopwatch.StartNew();
                var error = Launch(i);
                lock (wrong)
                {
                    slowest = Math.Max(slowest, one.ElapsedMilliseconds);
                    if (error is not null) wrong.Add(error);
                }
            }
        })).ToArray();
        foreach (var worker in workers) Assert.True(worker.Join(TimeSpan.FromMinutes(Launches > 1000 ? 30 : 2)), $"a launch hangs after {next}");
        watch.Stop();
        stop.Cancel();
        foreach (var thread in pressure) thread.Join();

        output.WriteLine($"{Launches} launches in {watch.Elapsed.TotalSeconds:0.0} s ({Launches / watch.Elapsed.TotalSeconds:0}/s), slowest {slowest} ms, {GC.CollectionCount(0)} collections, {wrong.Count} wrong");
        Assert.Empty(wrong);
        Assert.True(ProcessState.Eventually(ProcessState.NoEventLoop));
        // The runtime opens a pair of its own now and then, and closes it.
        Assert.True(ProcessState.Eventually(() => ProcessState.NewDescriptors(descriptors).Length == 0), string.Join("; ", ProcessState.NewDescriptors(descriptors)));
        Assert.Empty(ProcessState.Children().Except(children));
        // The runtime's own pool may have grown by a thread or two; ours have all ended.
        Assert.InRange(ProcessState.ThreadNames().Length, 1, threads.Length + 4);
    }

    // Null, or what was wrong.
    private static string? Launch(int i)
    {
        try
        {
            var process = HardenedLauncher.Start(Sandboxed.Request(i % 4 == 0 ? Sandboxed.Standard : Sandboxed.Strict, "/bin/sh", "-c", $"echo {i}; exit {i % 256}"));
            if (!process.Wait(TimeSpan.FromSeconds(60))) return $"{i} hangs";
            return process.ExitCode == i % 256 && process.StandardOutput == i.ToString(CultureInfo.InvariantCulture) + "\n" && process.Level >= HardeningLevel.Baseline
                ? null : $"{i}: {process.ExitCode} {process.Signal} '{process.StandardOutput}' {process.StandardError} {process.Level}";
        }
        catch (SandboxException e)
        {
            return $"{i}: {e.ErrorId} {e.Message}";
        }
    }

    private static Thread Background(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void Allocate(CancellationToken stop)
    {
        var kept = new byte[64][];
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            kept[i % 64] = new byte[20_000 + (i % 100_000)];
            if (i % 200 == 0) GC.Collect(i % 600 == 0 ? 2 : 0, GCCollectionMode.Forced, blocking: true);
            if (i % 50 == 0) Thread.Sleep(1);
        }
    }
}
