using System.Diagnostics;

namespace Sandbox.Cmdlets.Tests.Host;

/// <summary>In a network namespace of the test's own, that ends with it; nft is the observer.</summary>
public sealed class RepairSandboxTests
{
    // A session of its own that starts a sandbox and is killed.
    private const string Killed = "& dotnet $shell -Module $module -Command \"Start-HardenedProcess sleep -ArgumentList 60 -Network Nat | Out-Null; bash -c 'kill -9 `$PPID'\"";

    [Fact]
    public void What_if_lists_and_the_real_thing_removes()
    {
        string[] lines = Run($"""
            Get-HardenedProcess | Out-Null
            {Killed}
            "before: $(nft list tables)"
            Repair-Sandbox -WhatIf
            "listed: $(nft list tables)"
            $done = Repair-Sandbox
            "removed: $($done.Removed) $($done.Name)"
            "after: $(nft list tables)"
            "again: $(Repair-Sandbox)"
            """);
        string table = Value(lines, "before")["table inet ".Length..];
        Assert.StartsWith("sandbox-", table, StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("What if", StringComparison.Ordinal) && l.Contains($"table inet {table}", StringComparison.Ordinal));
        Assert.Equal($"table inet {table}", Value(lines, "listed"));
        Assert.Equal($"True {table}", Value(lines, "removed"));
        Assert.Equal("", Value(lines, "after"));
        Assert.Equal("", Value(lines, "again"));
    }

    [Fact]
    public void The_next_import_tidies_up()
    {
        string[] lines = Run($"""
            {Killed}
            "before: $(nft list tables)"
            & dotnet $shell -Module $module -Command '$null'
            "after: $(nft list tables)"
            """);
        Assert.StartsWith("table inet sandbox-", Value(lines, "before"), StringComparison.Ordinal);
        Assert.Equal("", Value(lines, "after"));
    }

    private static string Value(string[] lines, string name) => Assert.Single(lines, l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    private static string[] Run(string script)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nft"), "needs root and nft");
        string shell = Path.Combine(StagedModule.RepositoryRoot, "tools/Shell/bin/Release/net10.0/Shell.dll");
        string text = $"$shell = '{shell}'; $module = '{StagedModule.Manifest}'\n{script}";
        using Process process = Process.Start(new ProcessStartInfo("unshare", ["-n", "dotnet", shell, "-Module", StagedModule.Manifest, "-Command", text]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), "it still runs");
        Assert.True(process.ExitCode == 0, output + error.Result);
        return output.Split('\n');
    }
}
