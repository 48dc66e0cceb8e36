using System.Diagnostics;
using System.Text;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Capture;

/// <summary>Processes that change what is told of them, or try to harm who looks.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class HostileProcessTests : IDisposable
{
    // An ordinary user may say where its arguments are (PR_SET_MM_MAP): here, in 256 MB of nothing. It sends once it has done so.
    private const string Endless = """
        #include <arpa/inet.h>
        #include <linux/prctl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <unistd.h>
        int main(void)
        {
            char text[4096];
            FILE *file = fopen("/proc/self/stat", "r");
            text[fread(text, 1, sizeof text - 1, file)] = 0;
            unsigned long at[60] = { 0 }, size = 256 << 20;
            int number = 3;
            for (char *word = strtok(strrchr(text, ')') + 2, " "); word && number < 60; word = strtok(NULL, " ")) at[number++] = strtoul(word, NULL, 10);
            unsigned long arguments = (unsigned long)mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            struct prctl_mm_map map = { .start_code = at[26], .end_code = at[27], .start_stack = at[28], .start_data = at[45], .end_data = at[46], .start_brk = at[47], .brk = (unsigned long)sbrk(0),
                .arg_start = arguments, .arg_end = arguments + size, .env_start = at[50], .env_end = at[51], .exe_fd = -1 };
            if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0)) return 3;
            struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(9000), .sin_addr.s_addr = inet_addr("10.9.9.2") };
            sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&server, sizeof server);
            sleep(1);
            return 0;
        }
        """;

    // Every socket is of a process with another name.
    private const string Renamer = """
        #include <stdio.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <unistd.h>
        int main(void)
        {
            alarm(40);
            for (unsigned long i = 0;; i++)
            {
                char name[16];
                snprintf(name, sizeof name, "n%lu", i);
                prctl(PR_SET_NAME, name);
                close(socket(AF_INET, SOCK_DGRAM, 0));
            }
        }
        """;

    // A hundred processes, each of which executes two programs with arguments of one length.
    private const string Twice = """
        #include <arpa/inet.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/wait.h>
        #include <unistd.h>
        int main(int count, char **words)
        {
            char text[16], *again[] = { "twice", text, NULL };
            if (count < 2)
            {
                for (int i = 100; i < 200; i++)
                {
                    snprintf(text, sizeof text, "a%d", i);
                    if (fork() == 0) execv("/proc/self/exe", again);
                    wait(NULL);
                }
                return 0;
            }
            struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(9000), .sin_addr.s_addr = inet_addr("10.9.9.2") };
            sendto(socket(AF_INET, SOCK_DGRAM, 0), words[1], strlen(words[1]), 0, (struct sockaddr *)&server, sizeof server);
            if (words[1][0] == 'b') return usleep(3000);
            snprintf(text, sizeof text, "b%s", words[1] + 1);
            execv("/proc/self/exe", again);
            return 3;
        }
        """;

    // 32,000 arguments, and a new name for each of 1,200 sockets.
    private const string Wordy = """
        #include <stdio.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <unistd.h>
        int main(int count, char **words)
        {
            static char *many[32002];
            for (int i = 0; i < 32000; i++) many[i] = "a";
            if (count < 2) return execv("/proc/self/exe", many);
            for (int i = 0; i < 1200; i++)
            {
                char name[16];
                snprintf(name, sizeof name, "n%d", i);
                prctl(PR_SET_NAME, name);
                close(socket(AF_INET, SOCK_DGRAM, 0));
                usleep(1000);
            }
            return 0;
        }
        """;

    private readonly OwnerNetwork _network = new();
    private readonly ScratchDirectory _directory = new();

    public void Dispose()
    {
        _network.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Arguments_without_end_are_not_read()
    {
        var program = CProgram.Compile(Endless, _directory.Path);
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1ED /* 0755 */);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var packet = Assert.Single(Captured("setpriv", "--reuid=65534", "--clear-groups", program));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 << 20);
        Assert.Equal((program, 65534, null), (packet.Process!.Path, packet.Process.UserId, packet.Process.CommandLine));
    }

    [Fact]
    public void A_process_that_locks_what_is_told_of_it_is_told()
    {
        var packet = Assert.Single(Captured("python3", "-c", "import fcntl, socket, time\nf = open('/proc/self/cmdline')\nfcntl.flock(f, fcntl.LOCK_EX)\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('10.9.9.2', 9000))\ntime.sleep(0.1)"));
        Assert.Equal("-c", packet.Process!.CommandLine?[1]);
        Assert.NotNull(packet.Process.Path);
    }

    [Fact]
    public void A_flood_of_names_does_not_keep_a_capture_from_its_end()
    {
        using var flood = Process.Start("nsenter", [$"--net=/run/netns/{_network.Here}", CProgram.Compile(Renamer, _directory.Path)]);
        try
        {
            using var capture = PacketCapture.Start(Options, _network.At("flood.pcapng"), new(), null);
            Thread.Sleep(300);
            var watch = Stopwatch.StartNew();
            capture.Stop();
            Assert.InRange(watch.ElapsedMilliseconds, 0, 1500);
            Assert.True(ProcessState.Eventually(() => !Directory.GetDirectories("/proc/self/task").Any(t => File.ReadAllText(t + "/comm") == "Sandbox.Process\n")));
        }
        finally
        {
            flood.Kill();
            flood.WaitForExit();
        }
    }

    [Fact]
    public void Many_long_arguments_take_little_memory()
    {
        var program = CProgram.Compile(Wordy, _directory.Path);
        using var capture = PacketCapture.Start(Options, _network.At("wordy.pcapng"), new(), null);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        CaptureTool.Run("nsenter", $"--net=/run/netns/{_network.Here}", program);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 1 << 20, 48 << 20); // that some of them were seen, at all
        capture.Stop();
    }

    [Fact]
    public void The_user_is_the_one_at_the_time_of_the_packet()
    {
        var packets = Captured("python3", "-c", "import os, socket\ns = socket.socket(type=socket.SOCK_DGRAM)\nfor user in (0, 65534, 0, 1):\n os.seteuid(0); os.seteuid(user); s.sendto(str(user).encode(), ('10.9.9.2', 9000))");
        Assert.Equal(["0", "65534", "0", "1"], packets.Select(Text));
        Assert.Equal(packets.Select(Text), packets.Select(p => $"{p.Process!.UserId}"));
    }

    [Fact]
    public void The_name_is_the_one_at_the_time_of_the_packet()
    {
        var packets = Captured("python3", "-c", "import ctypes, socket\ns = socket.socket(type=socket.SOCK_DGRAM)\nfor name in (b'a', b'b', b'a', b'\\xef\\xbb\\xbfc)\\n', b'\\xff\\xfe'):\n ctypes.CDLL(None).prctl(15, name, 0, 0, 0); s.sendto(name, ('10.9.9.2', 9000))");
        Assert.Equal(["a", "b", "a", "\uFEFFc)\n", "\uFFFD\uFFFD"], packets.Select(Text));
        Assert.Equal(packets.Select(Text), packets.Select(p => p.Process!.Name));
        Assert.All(packets, p => Assert.Equal("-c", p.Process!.CommandLine?[1]));
    }

    // Where addresses aren't random, the arguments of the next program are at the place of those before.
    [Fact]
    public void Programs_at_the_same_addresses_are_told_apart()
    {
        var packets = Captured("setarch", "-R", CProgram.Compile(Twice, _directory.Path));
        Assert.Equal(200, packets.Length);
        foreach (var packet in packets)
        {
            if (packet.Process!.CommandLine is { } line) Assert.Equal(Text(packet), line[^1]);
        }

        Assert.Contains(packets, p => p.Process!.CommandLine is not null);
    }

    [Fact]
    public void A_path_that_is_no_text_is_left_out()
    {
        CaptureTool.Run("bash", "-c", $"cp $(readlink -f $(command -v bash)) {_directory.Path}/$'\\xff'");
        var packet = Assert.Single(Captured("bash", "-c", $"{_directory.Path}/$'\\xff' -c 'exec 3<> /dev/udp/10.9.9.2/9000; echo -n x >&3; sleep 0.1; :'; rm {_directory.Path}/*"));
        Assert.Equal((null, "-c"), (packet.Process!.Path, packet.Process.CommandLine?[1]));
    }

    private PacketCaptureOptions Options => new() { Interface = "va", NetworkNamespace = _network.Here, ProcessInformation = true };

    private static string Text(PacketRecord packet) => Encoding.UTF8.GetString(packet.Data.AsSpan(42));

    private PacketRecord[] Captured(params string[] command)
    {
        var path = _network.At("hostile.pcapng");
        using var capture = PacketCapture.Start(Options, path, new(), null);
        CaptureTool.Run("nsenter", [$"--net=/run/netns/{_network.Here}", .. command]);
        capture.Stop();
        Assert.Equal((0L, 0L), (capture.Dropped, capture.LostOwnerEvents));
        Assert.Null(capture.Failure);
        using var reader = new CaptureFileReader(path);
        return [.. reader.Read().Where(p => p.DestinationPort == 9000)];
    }
}
