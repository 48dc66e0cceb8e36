using System.Globalization;
using Sandbox.Capture;
using Sandbox.Hardening;
using Sandbox.Runtime;
using Sandbox.Tracing;

namespace Sandbox.Tests.Lifecycle;

/// <summary>What a hosting process of its own does for a test.</summary>
internal static class HostProgram
{
    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["statuses", var most]:
                Statuses(int.Parse(most, CultureInfo.InvariantCulture));
                return 0;
            case ["endless", var threads, var marker]:
                Endless(int.Parse(threads, CultureInfo.InvariantCulture), marker);
                return 0;
            case ["hide", var path]:
                return Hide(path);
            case ["trace", var path]:
                Trace(path);
                return 0;
            case ["capture", var path]:
                WritePackets(path);
                return 0;
            case ["start-capture", var name, var path]:
                StartCapture(new() { Interface = name }, path);
                return 0;
            case ["start-capture", var name, var path, var space]:
                StartCapture(new() { Interface = name, NetworkNamespace = space }, path);
                return 0;
            case ["network", .. var rest]:
                return Sandbox.Tests.Network.NetworkHost.Run(rest);
            case ["watch"]:
                Watch();
                return 0;
            case ["violations"]:
                WatchViolations();
                return 0;
            default:
                Console.Error.WriteLine("unknown host command");
                return 2;
        }
    }

    // Rewrites a trace until it is killed.
    private static void Trace(string path)
    {
        static IEnumerable<SyscallCount> Counts(int round) => Enumerable.Range(0, 300).Select(number => new SyscallCount { Architecture = "x86_64", Syscall = number, Count = round });
        TraceFile.Write(path, Counts(1));
        Console.WriteLine("writing");
        for (var round = 2; ; round++) TraceFile.Write(path, Counts(round));
    }

    // Writes packets, numbered by their first four bytes, until it is killed.
    private static void WritePackets(string path)
    {
        using var writer = new PcapngWriter(path, new());
        writer.Interface(new() { Name = "made" });
        Console.WriteLine("writing");
        var data = new byte[301];
        for (var number = 0; ; number++)
        {
            BitConverter.TryWriteBytes(data, number);
            writer.Packet(0, number, 301, data);
        }
    }

    // Captures until the input ends; what keeps it from that is a line.
    private static void StartCapture(PacketCaptureOptions options, string path)
    {
        try
        {
            using var capture = PacketCapture.Start(options, path, new(), null);
            Console.WriteLine("capturing");
            Console.In.ReadToEnd();
        }
        catch (SandboxException e)
        {
            Console.WriteLine($"{e.ErrorId} {e.Kind} {e.Message} {e.Remedy}");
        }
    }

    // One line per run: what was asked and what came back.
    private static void Statuses(int most)
    {
        for (var status = 0; status < most; status++)
        {
            var process = HardenedLauncher.Start(new LaunchRequest { FilePath = "/bin/sh", Arguments = ["-c", $"exit {status}"], CurrentDirectory = "/", Profile = BuiltInProfiles.Strict });
            process.Wait(TimeSpan.FromSeconds(20));
            Console.WriteLine($"{status} {process.ExitCode} {process.Signal}");
        }
    }

    // Watches until it is killed.
    private static void WatchViolations()
    {
        using var session = Sandbox.Violations.ViolationSessions.Open(new() { All = true });
        Console.WriteLine("watching");
        Thread.Sleep(TimeSpan.FromMinutes(1));
    }

    // What becomes of a watch over the audit records here.
    private static void Watch()
    {
        try
        {
            using var session = Sandbox.Denials.AuditDenialSession.Open(Sandbox.Denials.ProcessScope.For(new() { All = true }));
            Thread.Sleep(600);
            Console.WriteLine($"LossKnown {session.LossKnown}: {session.Detail}");
        }
        catch (SandboxException e)
        {
            Console.WriteLine($"{e.ErrorId} {e.Kind}: {e.Message} {e.Remedy}");
        }
    }

    // Whether the path is hidden inside and untouched outside, in the namespace of this host.
    private static int Hide(string path)
    {
        var before = File.ReadAllText("/proc/self/mountinfo");
        var profile = BuiltInProfiles.Strict with { HiddenPaths = [path] };
        var process = HardenedLauncher.Start(new LaunchRequest { FilePath = "/bin/sh", Arguments = ["-c", "ls $0 && exit 3; grep -c shared: /proc/self/mountinfo", path], CurrentDirectory = "/", Profile = profile });
        process.Wait(TimeSpan.FromSeconds(20));
        Console.WriteLine($"{process.Level} {process.ExitCode} {process.StandardOutput.Trim()} {before == File.ReadAllText("/proc/self/mountinfo")}");
        return 0;
    }

    // Sandboxes in every stage of their lives: some setting up, some running with children that left their session, some ending.
    private static void Endless(int threads, string marker)
    {
        var line = $"setsid sleep {marker} & (setsid sleep {marker} &) ; sleep 0.05; [ $0 = 1 ] && exec sleep {marker}";
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            for (var round = 0; ; round++)
            {
                var strict = (round + t) % 3 != 0;
                // A cgroup of its own for some, where root can make one: what the janitor is for.
                var profile = !strict ? BuiltInProfiles.Standard : Environment.IsPrivilegedProcess && round % 4 == 1 ? BuiltInProfiles.Strict with { ProcessLimit = 50 } : BuiltInProfiles.Strict;
                var process = HardenedLauncher.Start(new LaunchRequest { FilePath = "/bin/sh", Arguments = ["-c", line, strict ? "1" : "0"], CurrentDirectory = "/", Profile = profile });
                Console.WriteLine(process.Id);
                if (round % 2 == 0) process.Stop(TimeSpan.Zero);
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
    }
}
