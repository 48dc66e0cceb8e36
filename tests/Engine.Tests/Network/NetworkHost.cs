using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Sandbox.Capture;
using Sandbox.Hardening;
using Sandbox.Native;
using Sandbox.Network;
using Sandbox.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>What runs in the namespaces of a <see cref="NetworkWorld"/>: the hosting process, and the server that it reaches.</summary>
internal static partial class NetworkHost
{
    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["run", var profile, var script]:
                return Start(Request(profile, script), process => process.Wait(TimeSpan.FromSeconds(30)));
            case ["hold", var profile, var script]:
                return Start(Request(profile, script), process =>
                {
                    Console.WriteLine("running");
                    Console.ReadLine();
                    process.Stop(TimeSpan.Zero);
                });
            case ["shared", var profile, var script]:
                return Start(Request(profile, script), process =>
                {
                    LetGo(process);
                    Console.WriteLine("running");
                    Console.ReadLine();
                    process.Stop(TimeSpan.Zero);
                });
            case ["leave", var how, var profile, var script, var path]:
                return LeavingHost.Run(how, Request(profile, script) with { CapturePath = path.Length > 0 ? path : null });
            case ["capture", var profile, var script, var path, var view]:
                return Start(Request(profile, script) with { CapturePath = path, CaptureView = Enum.Parse<CaptureView>(view) }, process =>
                {
                    process.Wait(TimeSpan.FromSeconds(60));
                    var capture = process.Capture!;
                    foreach (var v in capture.Views) Console.WriteLine($"view {v.View} {v.Received} {v.Written} {v.Filtered} {v.Dropped} {string.Join(' ', v.Files)}");
                    Console.WriteLine($"capture {capture.State} {capture.Failure?.ErrorId}");
                });
            case ["unprivileged", var profile, var script, var path, var sign]:
                return Start(Request(profile, script) with { CapturePath = path }, process =>
                {
                    // Of all threads, in the C library's way.
                    Console.WriteLine($"setresuid {SetUser(65534, 65534, 65534)} {EntersNamespaces()}");
                    File.WriteAllText(sign, "");
                    Console.WriteLine($"ended {process.Wait(TimeSpan.FromSeconds(30))} capture {process.Capture!.State} {process.Capture.Failure?.ErrorId} {process.Capture.Written}");
                });
            case ["endless", var profile, var captures, var temporary]:
                Environment.SetEnvironmentVariable("TMPDIR", temporary);
                Endless(profile, captures);
                return 0;
            case ["endless", var profile]:
                for (; ; ) HardenedLauncher.Start(Request(profile, "sleep 0.05")).Wait(TimeSpan.FromSeconds(20));
            case ["watch", var place, var profile]:
                return Watch(new(Convert.ToInt32(place, 16)), ProfileReader.FromJson(profile, "test"));
            case ["repair"]:
                foreach (var remnant in NetworkRepair.Find()) Console.WriteLine($"{remnant.Name} {NetworkRepair.Remove(remnant)} {string.Join(", ", remnant.Settings)}");
                return 0;
            case ["serve", var port]:
                Serve(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case ["daemon", .. var sockets]:
                ResolverDaemon.Run(sockets);
                return 0;
            default:
                return 2;
        }
    }

    // The rules of a sandbox are anybody's then, as before Linux 6.9.
    private static void LetGo(HardenedProcess process)
    {
        var supervisor = (SandboxSupervisor)typeof(HardenedProcess).GetField("_supervisor", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(process)!;
        ((OwnedTable)typeof(NatNetwork).GetField("_table", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(supervisor.Companions.Network)!).Dispose();
    }

    // Sandboxes one after the other, each with a capture of its network.
    private static void Endless(string profile, string captures)
    {
        for (; ; )
        {
            var process = HardenedLauncher.Start(Request(profile, $"while sleep 0.02; do curl -s -m 1 http://{NetworkWorld.Server}/; done"));
            using (PacketCapture.Start(new() { ProcessId = process.Id, Interface = "eth0", Immediate = true }, Path.Combine(captures, $"{Guid.NewGuid():N}.pcapng"), new(), null)) process.Wait(TimeSpan.FromMilliseconds(200));
            process.Stop(TimeSpan.Zero);
        }
    }

    [LibraryImport("libc", EntryPoint = "setresuid")]
    private static partial int SetUser(uint real, uint effective, uint saved);

    private static string EntersNamespaces()
    {
        using var space = NetworkNamespace.Of(Environment.ProcessId);
        try
        {
            return space.Run(() => "enters");
        }
        catch (ErrnoException e)
        {
            return e.ErrorId;
        }
    }

    // Watches over rules that anybody can change.
    private static int Watch(NatAddresses addresses, HardeningProfile profile)
    {
        var rules = new NatRuleset(addresses, profile, [], [], withIPv6: true);
        NftProgram.Load(rules.Build(made: false));
        using var watch = new RulesetWatch(rules, addresses.Link, new BorrowedForwarding([], _ => false));
        Console.WriteLine("running");
        Console.ReadLine();
        watch.Dispose(); // what came before is told then
        Console.WriteLine($"ended {watch.Failure?.ErrorId}: {watch.Failure?.Message}");
        return 0;
    }

    private static LaunchRequest Request(string profile, string script) =>
        new() { FilePath = "/bin/sh", Arguments = ["-c", script], CurrentDirectory = "/", Profile = ProfileReader.FromJson(profile, "test") };

    private static int Start(LaunchRequest request, Action<HardenedProcess> then)
    {
        try
        {
            var process = HardenedLauncher.Start(request);
            foreach (var row in process.Outcome.Where(r => r.Name.StartsWith("network", StringComparison.Ordinal) || r.Name == "name_resolution")) Console.WriteLine($"row {row.Name} {row.Status} {row.Detail}");
            then(process);
            Console.WriteLine($"level {process.Level}");
            if (process.NetworkFailure is { } ended) Console.WriteLine($"ended {ended.ErrorId}: {ended.Message} {ended.Remedy}");
            Console.WriteLine(process.StandardOutput + process.StandardError);
            return process.ExitCode ?? 125;
        }
        catch (SandboxException e)
        {
            Console.WriteLine($"error {e.ErrorId}: {e.Message} {e.Remedy}");
            return 126;
        }
    }

    // Answers every connection with the address that it came from, and tells of it: the observer on the other side.
    private static void Serve(int port)
    {
        using var udp = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        udp.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen();
        Console.WriteLine("serving");
        for (; ; )
        {
            using var client = listener.Accept();
            var (from, to) = ((IPEndPoint)client.RemoteEndPoint!, (IPEndPoint)client.LocalEndPoint!);
            Console.WriteLine($"from {Plain(from)} to {Plain(to)}");
            client.ReceiveTimeout = 500;
            var buffer = new byte[1024];
            try
            {
                client.Receive(buffer);
            }
            catch (SocketException)
            {
                // a client that says nothing is answered all the same
            }

            client.Send(Encoding.ASCII.GetBytes($"HTTP/1.0 200 OK\r\n\r\nyou are {Plain(from)}\n"));
            client.Shutdown(SocketShutdown.Both);
        }
    }

    private static IPAddress Plain(IPEndPoint end) => end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
}
