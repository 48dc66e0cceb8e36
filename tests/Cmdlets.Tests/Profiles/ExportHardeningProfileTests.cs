using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Profiles;

public sealed class ExportHardeningProfileTests : ProfileFileTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("psd1")]
    public void Import_reads_an_equal_profile(string ending)
    {
        ScriptResult result = Session.Invoke(
            "param($p) $a = New-HardeningProfile Mine -MemoryLimit 1GB -ReadOnlyPath /srv -TcpConnectPort 80, 443 -ResourceLimit @{ cpu = 'max(2 * timeout, 2)' } -AllowLoosening; $a | Export-HardeningProfile $p; $a; Import-HardeningProfile $p",
            Path.Combine(Folder, "p." + ending)).Succeeded();
        var (before, after) = ((HardeningProfile)result.Objects[0].BaseObject, (HardeningProfile)result.Objects[1].BaseObject);
        foreach (var property in typeof(HardeningProfile).GetProperties()) Assert.Equivalent(property.GetValue(before), property.GetValue(after), strict: true);
    }

    [Fact]
    public void A_file_that_is_there_stays_unless_forced()
    {
        string path = Write("p.json", "mine");
        ErrorRecord error = Session.Invoke("param($p) Get-HardeningProfile Strict | Export-HardeningProfile -Path $p", path).SingleError();
        Assert.StartsWith("ProfileFile,EEXIST", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.Equal(path, Session.Invoke("param($p) Get-HardeningProfile Strict | Export-HardeningProfile -Path $p -Force -PassThru", path).Single<FileInfo>().FullName);
        Assert.NotEqual("mine", File.ReadAllText(path));
    }

    // Without what the provider adds, the view's columns of mode, user and size stay empty.
    [Theory]
    [InlineData("Export-HardeningProfile -Profile Strict")]
    [InlineData("Export-SeccompPolicy -Policy standard")]
    public void The_file_that_is_passed_on_is_the_providers(string command)
    {
        string path = Path.Combine(Folder, "p.json");
        ScriptResult result = Session.Invoke($"param($p) {command} -Path $p -PassThru | ForEach-Object {{ $_.PSPath; $_.UnixMode; $_.Size }}", path).Succeeded();
        Assert.Equal([$"Microsoft.PowerShell.Core\\FileSystem::{path}", "-rw-r--r--", $"{new FileInfo(path).Length}"], result.Objects.Select(o => $"{o}"));
    }

    [Fact]
    public void WhatIf_writes_nothing()
    {
        Session.Invoke("param($d) Export-HardeningProfile -Profile Strict -Path \"$d/p.json\" -WhatIf", Folder).Succeeded();
        Assert.Empty(Directory.EnumerateFiles(Folder));
    }

    [Theory]
    [InlineData("p.txt", "ProfileFile,FORMAT")]
    [InlineData("no/such/p.json", "ProfileFile,EIO")]
    public void What_can_not_be_written_is_an_error(string file, string id) =>
        Assert.StartsWith(id, Session.Invoke("param($d, $f) Export-HardeningProfile -Profile Strict -Path \"$d/$f\"", Folder, file).SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
}
