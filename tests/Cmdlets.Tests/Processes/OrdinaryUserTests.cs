using System.Diagnostics;
using System.Globalization;

namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>The module in the hands of a user without any right: a real account, made for the test, and a PowerShell of its own.</summary>
public sealed class OrdinaryUserTests : IDisposable
{
    private readonly string name = $"sbx{Environment.ProcessId}";
    private readonly string folder = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
    private readonly string? uid;

    public OrdinaryUserTests()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/useradd") || !File.Exists("/usr/bin/setpriv")) return;
        // The build's own folders may lie where only root can look.
        Run("cp", "-r", StagedModule.Folder, $"{folder}/Sandbox");
        Run("cp", "-r", Path.Combine(StagedModule.RepositoryRoot, "tools/Shell/bin/Release/net10.0"), $"{folder}/Shell");
        Run("chmod", "-R", "a+rX", folder);
        Assert.Equal(0, Run("/usr/sbin/useradd", "--no-create-home", "--home-dir", "/nonexistent", name).Code);
        uid = Run("id", "-u", name).Output.Trim();
    }

    public void Dispose()
    {
        if (uid is not null) Run("/usr/sbin/userdel", name);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Strict_is_complete_for_an_ordinary_user()
    {
        Assert.SkipUnless(uid is not null, "making a user needs root, useradd and setpriv");
        Assert.SkipUnless(Run("setpriv", "--reuid", uid!, "--regid", uid!, "--clear-groups", "unshare", "--user", "--map-root-user", "true").Code == 0, "this machine refuses user namespaces to ordinary users");
        (int code, string output, string error) = Shell("$p = Start-HardenedProcess python3 -ArgumentList '-c', 'import os; print(os.getuid()); open(\"/etc/shadow\")' -Wait; $p.StandardOutput.Trim(); \"$($p.Level)\"; $p.ExitCode; $p.StandardError -like '*/etc/shadow*'; 'b', 'a' | Invoke-HardenedProcess sort");
        Assert.Equal("", error);
        Assert.Equal([uid!, "Full", "1", "True", "a", "b"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, code);
    }

    [Fact]
    public void So_is_Standard()
    {
        Assert.SkipUnless(uid is not null, "making a user needs root, useradd and setpriv");
        (_, string output, string error) = Shell("$p = Start-HardenedProcess id -ArgumentList '-u' -Profile Standard -Wait; $p.StandardOutput.Trim(); \"$($p.Level)\"");
        Assert.Equal("", error);
        Assert.Equal([uid!, "Baseline"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_limit_that_needs_a_cgroup_is_replaced_or_refused_and_says_so()
    {
        Assert.SkipUnless(uid is not null, "making a user needs root, useradd and setpriv");
        (_, string output, _) = Shell("$p = Start-HardenedProcess true -Profile Standard -MemoryLimit 512MB -Wait; $p.Outcome | Where-Object Name -EQ cgroup_memory | ForEach-Object Detail; try { Start-HardenedProcess true -Profile Standard -CpuShare 0.5 -Wait } catch { $_.FullyQualifiedErrorId; $_.ErrorDetails.RecommendedAction }");
        Assert.Contains("RLIMIT_AS bounds the address space of each process instead", output, StringComparison.Ordinal);
        Assert.Contains("StartHardenedProcessCommand", output, StringComparison.Ordinal);
        Assert.Contains("un as root", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p.json", "{ \"extends\": \"Strict\", \"name\": \"P\" }")]
    [InlineData("p.psd1", "@{ Extends = 'Strict'; Name = 'P' }")]
    public void A_profile_that_may_not_be_read_is_no_mistake_in_it(string file, string text)
    {
        Assert.SkipUnless(uid is not null, "making a user needs root, useradd and setpriv");
        File.WriteAllText($"{folder}/{file}", text);
        File.SetUnixFileMode($"{folder}/{file}", UnixFileMode.UserRead);
        (_, string output, _) = Shell($"try {{ Import-HardeningProfile {folder}/{file} -ErrorAction Stop }} catch {{ $_.FullyQualifiedErrorId; $_.CategoryInfo.Category; $_.ErrorDetails.RecommendedAction }}");
        Assert.Equal(["HardeningProfile,UNREADABLE,Sandbox.Cmdlets.ImportHardeningProfileCommand", "PermissionDenied", "Check the path and its permissions."], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private (int Code, string Output, string Error) Shell(string command) => Run(
        "setpriv", "--reuid", uid!, "--regid", uid!, "--clear-groups", "--inh-caps=-all",
        "env", "HOME=/tmp", "dotnet", $"{folder}/Shell/Shell.dll", "-Module", $"{folder}/Sandbox/Sandbox.psd1", "-Command", command);

    private static (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), string.Create(CultureInfo.InvariantCulture, $"{program} still runs"));
        return (process.ExitCode, output, error.Result);
    }
}
