namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>The module in the hands of a user without any right: a real account, made for the test, and a PowerShell of its own.</summary>
public sealed class OrdinaryUserTests : IDisposable
{
    private readonly OrdinaryUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public void Strict_is_complete_for_an_ordinary_user()
    {
        Assert.SkipUnless(user.HasUserNamespaces, "this machine refuses user namespaces to ordinary users");
        (int code, string output, string error) = user.Shell("$p = Start-HardenedProcess python3 -ArgumentList '-c', 'import os; print(os.getuid()); open(\"/etc/shadow\")' -Wait; $p.StandardOutput.Trim(); \"$($p.Level)\"; $p.ExitCode; $p.StandardError -like '*/etc/shadow*'; 'b', 'a' | Invoke-HardenedProcess sort");
        Assert.Equal("", error);
        Assert.Equal([user.Id, "Full", "1", "True", "a", "b"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, code);
    }

    [Fact]
    public void So_is_Standard()
    {
        (_, string output, string error) = user.Shell("$p = Start-HardenedProcess id -ArgumentList '-u' -Profile Standard -Wait; $p.StandardOutput.Trim(); \"$($p.Level)\"");
        Assert.Equal("", error);
        Assert.Equal([user.Id, "Baseline"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_limit_that_needs_a_cgroup_is_replaced_or_refused_and_says_so()
    {
        (_, string output, _) = user.Shell("$p = Start-HardenedProcess true -Profile Standard -MemoryLimit 512MB -Wait; $p.Outcome | Where-Object Name -EQ cgroup_memory | ForEach-Object Detail; try { Start-HardenedProcess true -Profile Standard -CpuShare 0.5 -Wait } catch { $_.FullyQualifiedErrorId; $_.ErrorDetails.RecommendedAction }");
        Assert.Contains("RLIMIT_AS bounds the address space of each process instead", output, StringComparison.Ordinal);
        Assert.Contains("StartHardenedProcessCommand", output, StringComparison.Ordinal);
        Assert.Contains("un as root", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p.json", "{ \"extends\": \"Strict\", \"name\": \"P\" }")]
    [InlineData("p.psd1", "@{ Extends = 'Strict'; Name = 'P' }")]
    public void A_profile_that_may_not_be_read_is_no_mistake_in_it(string file, string text)
    {
        Assert.NotEmpty(user.Id);
        File.WriteAllText($"{user.Folder}/{file}", text);
        File.SetUnixFileMode($"{user.Folder}/{file}", UnixFileMode.UserRead);
        (_, string output, _) = user.Shell($"try {{ Import-HardeningProfile {user.Folder}/{file} -ErrorAction Stop }} catch {{ $_.FullyQualifiedErrorId; $_.CategoryInfo.Category; $_.ErrorDetails.RecommendedAction }}");
        Assert.Equal(["HardeningProfile,UNREADABLE,Sandbox.Cmdlets.ImportHardeningProfileCommand", "PermissionDenied", "Check the path and its permissions."], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
