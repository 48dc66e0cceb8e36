using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

/// <summary>Import, Export, ConvertTo and ConvertFrom.</summary>
public sealed class SeccompFileCommandsTests : IDisposable
{
    private readonly ModuleRunspace session = new();
    private readonly string directory = Directory.CreateTempSubdirectory("policy-files-").FullName;

    public SeccompFileCommandsTests() => session.Invoke("param($d) Set-Variable d $d -Scope Global; $global:d = $d", directory);

    public void Dispose()
    {
        session.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_policy_survives_a_file_and_a_text()
    {
        Assert.True(session.Invoke("$p = New-SeccompPolicy read, write -Name p; Export-SeccompPolicy -Policy $p -Path $d/p.json; (Import-SeccompPolicy $d/p.json) -eq $p").Single<bool>());
        Assert.True(session.Invoke("$p = New-SeccompPolicy read, write -Name p; ($p | ConvertFrom-SeccompPolicy | ConvertTo-SeccompPolicy) -eq $p").Single<bool>());
        Assert.True(session.Invoke("$p = New-SeccompPolicy read, write -Name p; (($p | ConvertFrom-SeccompPolicy) -split \"`n\" | ConvertTo-SeccompPolicy) -eq $p").Single<bool>());
        Assert.Equal("p.json", session.Invoke("Export-SeccompPolicy -Policy strict -Path $d/p.json -Force -PassThru").Single<FileInfo>().Name);
    }

    [Theory]
    [InlineData("strict", "json")]
    [InlineData("strict", "yaml")]
    [InlineData("standard", "json")]
    [InlineData("standard", "yaml")]
    public void The_built_in_policies_survive_a_file(string name, string ending) =>
        Assert.True(session.Invoke($"Export-SeccompPolicy -Policy {name} -Path $d/p.{ending}; (Import-SeccompPolicy $d/p.{ending}) -eq (New-SeccompPolicy -Policy {name})").Single<bool>());

    [Fact]
    public void A_program_is_read_disassembled_and_compared()
    {
        session.Invoke("Export-SeccompPolicy -Policy strict -Path $d/strict.bpf").Succeeded();
        string text = session.Invoke("Import-SeccompPolicy $d/strict.bpf | ConvertFrom-SeccompPolicy").Single<string>();
        Assert.Contains("return ALLOW", text, StringComparison.Ordinal);
        Assert.Equal(session.Invoke("ConvertFrom-SeccompPolicy strict -As Disassembly").Single<string>(), text);
        Assert.Empty(session.Invoke("Import-SeccompPolicy $d/strict.bpf | Compare-SeccompPolicy strict").Succeeded().Objects);
        Assert.NotEmpty(session.Invoke("Import-SeccompPolicy $d/strict.bpf | Compare-SeccompPolicy standard").Succeeded().Objects);
        Assert.Matches(@"Instructions +LongestPath", session.Render("Import-SeccompPolicy $d/strict.bpf"));
    }

    [Theory]
    [InlineData("Kubernetes", "p.yaml", "kind: SeccompProfile")]
    [InlineData("Systemd", "p.conf", "SystemCallFilter=")]
    [InlineData("Minijail", "p.policy", "read: allow")]
    [InlineData("Oci", "p.json", "SCMP_ACT_ALLOW")]
    public void Every_format_goes_to_a_file_and_back(string format, string file, string part)
    {
        string make = "$p = New-SeccompPolicy read, exit_group -Name p -DefaultAction KillProcess; ";
        Assert.Contains(part, session.Invoke($"{make} $p | ConvertFrom-SeccompPolicy -As {format}").Single<string>(), StringComparison.Ordinal);
        Assert.Empty(session.Invoke($"{make} Export-SeccompPolicy -Policy $p -Path $d/{file}; Compare-SeccompPolicy $p $d/{file}").Succeeded().Objects);
        Assert.Empty(session.Invoke($"{make} $p | ConvertFrom-SeccompPolicy -As {format} | ConvertTo-SeccompPolicy -From {format} | Compare-SeccompPolicy $p").Succeeded().Objects);
    }

    [Theory]
    [InlineData("Import-SeccompPolicy $d/c.json -Architecture X86_64 -Capability CAP_CHOWN", 1)]
    [InlineData("[IO.File]::ReadAllText(\"$d/c.json\") | ConvertTo-SeccompPolicy -Architecture X86_64 -Capability CAP_CHOWN", 1)]
    [InlineData("Import-SeccompPolicy $d/c.json -Architecture X86_64 -Capability CAP_SYS_ADMIN", 0)]
    public void A_profile_that_contradicts_itself_is_read_as_container_runtimes_do_with_a_warning(string script, int warnings)
    {
        File.WriteAllText(Path.Combine(directory, "c.json"), """
            {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"syscalls":[{"names":["setns","dup"],"action":"SCMP_ACT_ALLOW"},
             {"names":["setns"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"excludes":{"caps":["CAP_SYS_ADMIN"]}}]}
            """);
        var result = session.Invoke(script);
        Assert.Equal(SeccompAction.Allow, result.Single<SeccompPolicy>().Decide(SeccompCall.Of(SeccompArchitecture.X86_64, "setns")).Action);
        Assert.Equal(warnings, result.Warnings.Count);
        Assert.All(result.Warnings, warning => Assert.Contains("setns", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_many_policies_gives_them_all()
    {
        File.WriteAllText(Path.Combine(directory, "fc.json"), "{ \"a\": { \"default_action\": \"trap\", \"filter_action\": \"allow\", \"filter\": [] }, \"b\": { \"default_action\": \"log\", \"filter_action\": \"allow\", \"filter\": [] } }");
        Assert.Equal(["a", "b"], session.Invoke("(Import-SeccompPolicy $d/fc.json -Format Firecracker).Name").Succeeded().Objects.Select(o => o.ToString()!));
    }

    [Fact]
    public void What_if_writes_nothing_and_a_file_that_is_there_stays()
    {
        session.Invoke("Export-SeccompPolicy -Policy standard -Path $d/a.json -WhatIf").Succeeded();
        Assert.Empty(Directory.GetFiles(directory));
        File.WriteAllText(Path.Combine(directory, "a.json"), "mine");
        Assert.StartsWith("SeccompFile,EEXIST", session.Invoke("Export-SeccompPolicy -Policy standard -Path $d/a.json").SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(directory, "a.json")));
    }

    [Fact]
    public void A_loss_is_refused_by_name_or_told()
    {
        var refused = session.Invoke("ConvertFrom-SeccompPolicy strict -As Systemd").SingleError();
        Assert.StartsWith("SeccompFormat,LOSSY", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("ioctl", refused.Exception.Message, StringComparison.Ordinal);
        var allowed = session.Invoke("ConvertFrom-SeccompPolicy strict -As Systemd -AllowLossy").Succeeded();
        Assert.Single(allowed.Objects);
        Assert.Contains(allowed.Warnings, warning => warning.StartsWith("Lost: ioctl", StringComparison.Ordinal));
    }

    [Fact]
    public void Malformed_files_are_errors_with_the_place_and_the_others_are_read()
    {
        File.WriteAllText(Path.Combine(directory, "bad.json"), "{\n  \"defaultAction\": \"SCMP_ACT_ALOW\"\n}");
        File.WriteAllText(Path.Combine(directory, "good.json"), "{ \"defaultAction\": \"SCMP_ACT_ALLOW\" }");
        var result = session.Invoke("Import-SeccompPolicy $d/bad.json, $d/good.json");
        Assert.Equal("good", Assert.IsType<SeccompPolicy>(Assert.Single(result.Objects).BaseObject).Name);
        string message = result.SingleError().Exception.Message;
        Assert.Contains("bad.json, line 2", message, StringComparison.Ordinal);
        Assert.Contains("path 'defaultAction'", message, StringComparison.Ordinal);
        Assert.Contains("SCMP_ACT_ALLOW", message, StringComparison.Ordinal);
        Assert.Equal(System.Management.Automation.ErrorCategory.ParserError, result.SingleError().CategoryInfo.Category);
    }
}
