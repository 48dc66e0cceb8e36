using System.Diagnostics;

namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>What a user sees where another program takes the rules of a sandbox with -Network Nat away. The session is in a network namespace of the test.</summary>
public sealed class NetworkFailureTests : IDisposable
{
    // Of the host's root, so that it can say when it runs, and be told when to end.
    private const string Program = "-HardenedProcess sh -ArgumentList '-c', \"touch $d/runs; for i in `$(seq 400); do [ -e $d/gone ] && exit 3; sleep 0.05; done\" -Profile Standard -Network Nat";
    private const string Told = "; $told = $Error[0]; \"id $($told.FullyQualifiedErrorId)\"; \"message $($told.Exception.Message)\"; \"remedy $($told.ErrorDetails.RecommendedAction)\"; \"target $($told.TargetObject.NetworkFailure.ErrorId)\"";

    // From Linux 6.9 on nobody can take them away while this session has them for its own: it lets go first.
    private const string LetGo = """
        $null = [powershell]::Create([initialsessionstate]::CreateDefault2()).AddScript({
            param($d)
            function Get-Field($of, $name) { , $of.GetType().GetField($name, 'NonPublic,Instance').GetValue($of) }
            while (-not ([IO.File]::Exists("$d/runs") -and [Sandbox.Runtime.SandboxRegistry]::All.Count)) { [Threading.Thread]::Sleep(20) }
            $process = @([Sandbox.Runtime.SandboxRegistry]::All)[-1]
            $supervisor = Get-Field $process _supervisor
            (Get-Field $supervisor.Companions.Network _table).Dispose()
            [IO.File]::WriteAllText("$d/free", '')
        }).AddArgument($d).BeginInvoke();
        """;

    // Another program's flush, as soon as the program runs; the link goes down at once.
    private const string Flush = "until [ -e free ]; do sleep 0.05; done; nft flush ruleset; until ip -o link show | grep sbx | grep -qv ',UP'; do sleep 0.05; done; touch gone";

    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-network-").FullName;
    private readonly string _namespace = $"sbxnet{Guid.NewGuid():N}"[..14];

    public NetworkFailureTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nft"), "needs root and nft");
        Assert.Equal("", Run("ip", "netns", "add", _namespace).Error);
        Assert.Equal("", Run("ip", "-n", _namespace, "link", "set", "lo", "up").Error);
    }

    public void Dispose()
    {
        Run("ip", "netns", "del", _namespace);
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("$p = Start" + Program + " -Wait", "StartHardenedProcessCommand")]
    [InlineData("$p = Start" + Program + " -Wait; $p | Stop-HardenedProcess", "StartHardenedProcessCommand")]
    [InlineData("$p = Start" + Program + " | Wait-HardenedProcess", "WaitHardenedProcessCommand")]
    [InlineData("$p = Start" + Program + "; while (-not $p.HasExited) { [Threading.Thread]::Sleep(20) }; $p | Stop-HardenedProcess", "StopHardenedProcessCommand")]
    [InlineData("$p = Start" + Program + "; $flush.WaitForExit(); 1, 2 | ForEach-Object { $p | Stop-HardenedProcess -Force }", "StopHardenedProcessCommand")]
    [InlineData("Invoke" + Program, "InvokeHardenedProcessCommand")]
    public void It_is_told_once_with_what_to_do(string script, string command)
    {
        if (script.Contains("Force", StringComparison.Ordinal)) script = script.Replace("$d/gone", "$d/never", StringComparison.Ordinal); // it still runs then
        var (output, error) = Session($"{LetGo}$flush = [Diagnostics.Process]::Start([Diagnostics.ProcessStartInfo]@{{ FileName = 'timeout'; Arguments = \"40 sh -c `\"{Flush}`\"\"; WorkingDirectory = $d }}); {script}{Told}");
        Assert.Contains($"id Network,RULES_GONE,Sandbox.Cmdlets.{command}\n", output, StringComparison.Ordinal);
        Assert.Contains("removed its table inet sandbox-", output, StringComparison.Ordinal);
        Assert.Contains("it has no network any more", output, StringComparison.Ordinal);
        Assert.Contains("remedy Keep other programs from tables named sandbox-*", output, StringComparison.Ordinal);
        Assert.Contains("target Network,RULES_GONE\n", output, StringComparison.Ordinal);
        // As it looks on a terminal.
        Assert.Equal(2, error.Split("it has no network any more").Length);
        Assert.Contains("Keep other programs from tables", error, StringComparison.Ordinal);
    }

    private (string Output, string Error) Session(string script) =>
        Run("ip", "netns", "exec", _namespace, "dotnet", Path.Combine(StagedModule.RepositoryRoot, "tools/Shell/bin/Release/net10.0/Shell.dll"), "-Module", StagedModule.Manifest, "-Command", $"$d = '{_directory}'; {script}");

    private static (string Output, string Error) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), $"{program} still runs");
        return (output, error.Result);
    }
}
