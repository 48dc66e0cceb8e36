using System.Diagnostics;
using System.Globalization;

namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>A user without any right: a real account, made for the test, with copies of the module and of a PowerShell.</summary>
internal sealed class OrdinaryUser : IDisposable
{
    private static int last;

    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"sbx{Environment.ProcessId}x{Interlocked.Increment(ref last)}");
    private readonly string? uid;

    public OrdinaryUser()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/useradd") || !File.Exists("/usr/bin/setpriv")) return;
        // The build's own folders may lie where only root can look.
        Run("cp", "-r", StagedModule.Folder, $"{Folder}/Sandbox");
        Run("cp", "-r", Path.Combine(StagedModule.RepositoryRoot, "tools/Shell/bin/Release/net10.0"), $"{Folder}/Shell");
        Run("chmod", "-R", "a+rX", Folder);
        Assert.Equal(0, Run("/usr/sbin/useradd", "--no-create-home", "--home-dir", "/nonexistent", name).Code);
        uid = Run("id", "-u", name).Output.Trim();
    }

    /// <summary>A folder that this user may read.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("sandbox-test-").FullName;

    /// <summary>The user's number; the test is skipped where no user could be made.</summary>
    public string Id
    {
        get
        {
            Assert.SkipUnless(uid is not null, "making a user needs root, useradd and setpriv");
            return uid!;
        }
    }

    public void Dispose()
    {
        if (uid is not null) Run("/usr/sbin/userdel", name);
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs a script as this user.</summary>
    public (int Code, string Output, string Error) Shell(string command) => Shell(["--inh-caps=-all"], command);

    /// <summary>Runs a script as this user, with these capabilities in the names of setpriv(1).</summary>
    public (int Code, string Output, string Error) ShellWith(string[] capabilities, string command)
    {
        string list = string.Join(',', capabilities.Select(c => "+" + c));
        return Shell([$"--inh-caps=-all,{list}", $"--ambient-caps={list}"], command);
    }

    /// <summary>Whether this user may make user namespaces.</summary>
    public bool HasUserNamespaces => Run("setpriv", "--reuid", Id, "--regid", Id, "--clear-groups", "unshare", "--user", "--map-root-user", "true").Code == 0;

    private (int Code, string Output, string Error) Shell(string[] capabilities, string command) => Run(
        "setpriv",
        ["--reuid", Id, "--regid", Id, "--clear-groups", .. capabilities, "env", "HOME=/tmp", "dotnet", $"{Folder}/Shell/Shell.dll", "-Module", $"{Folder}/Sandbox/Sandbox.psd1", "-Command", command]);

    private static (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), string.Create(CultureInfo.InvariantCulture, $"{program} still runs"));
        return (process.ExitCode, output, error.Result);
    }
}
