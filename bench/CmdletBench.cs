using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Sandbox.Hardening;
using Sandbox.Runtime;

namespace Sandbox.Bench;

/// <summary>What the cmdlet adds to the engine within one PowerShell session, from statement to statement.</summary>
internal static class CmdletBench
{
    private const int WarmUp = 15;

    public static void Run(Report report, Workplace place, string manifest, int rounds)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        Invoke(runspace, "param($m) Import-Module $m -ErrorAction Stop", manifest);
        var script = """
            param($directory, $name)
            $begun = [Diagnostics.Stopwatch]::GetTimestamp()
            $process = Start-HardenedProcess -FilePath /usr/bin/true -WorkingDirectory $directory -Profile $name -Wait
            $ended = [Diagnostics.Stopwatch]::GetTimestamp()
            if ($process.ExitCode -ne 0) { throw "exit code $($process.ExitCode)" }
            [Diagnostics.Stopwatch]::GetElapsedTime($begun, $ended).TotalMilliseconds
            """;
        foreach (var profile in new[] { BuiltInProfiles.Strict, BuiltInProfiles.Standard })
        {
            var (engine, cmdlet) = (new Samples(), new Samples());
            var request = place.Request(profile, Workplace.TrueProgram);
            for (var i = 0; i < rounds + WarmUp; i++)
            {
                var begun = Stopwatch.GetTimestamp();
                HardenedLauncher.Start(request).Wait(Timeout.InfiniteTimeSpan);
                var direct = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                var scripted = (double)Invoke(runspace, script, place.Directory, profile.Name)[0].BaseObject;
                if (i < WarmUp) continue;
                engine.Add(direct);
                cmdlet.Add(scripted);
            }

            report.Cmdlet(profile.Name, engine, cmdlet);
        }
    }

    private static System.Collections.ObjectModel.Collection<PSObject> Invoke(Runspace runspace, string script, params object[] arguments)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddScript(script);
        foreach (var argument in arguments) shell.AddArgument(argument);
        var output = shell.Invoke();
        return shell.HadErrors ? throw new InvalidOperationException(shell.Streams.Error[0].ToString()) : output;
    }
}
