using Sandbox.Cmdlets.Tests.Views;

namespace Sandbox.Cmdlets.Tests.Violations;

[Collection("violations")]
public sealed class SandboxViolationViewTests : IDisposable
{
    private const string Run = "$v = Start-HardenedProcess python3 -ArgumentList '-c', \"import os, socket`ntry: os.rename('/usr/bin', '/usr/a')`nexcept OSError: pass`ntry: socket.create_connection(('192.0.2.1', 443))`nexcept OSError: pass\" -RecordViolation -Wait | Get-SandboxViolation -Errno EROFS, ENETUNREACH; ";
    private const string Again = "$v = @($v | ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_, 1)) }); ";

    private readonly ModuleRunspace session = new();

    public SandboxViolationViewTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "eBPF needs CAP_BPF and CAP_PERFMON");

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData(Run + "$v")]
    [InlineData(Run + Again + "$v")]
    public void A_table_fits_100_columns(string script)
    {
        string[] lines = session.Render(script).Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
        string[] words = [.. lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.Contains("Time Operation ErrorName Cause Id Process Path/Address", words);
        Assert.Contains(words, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^\d\d:\d\d:\d\d\.\d{3} rename EROFS ") && line.EndsWith(" python3 /usr/bin -> /usr/a", StringComparison.Ordinal));
        Assert.Contains(words, line => line.Contains(" connect ENETUNREACH ", StringComparison.Ordinal) && line.EndsWith(" python3 inet 192.0.2.1:443", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Again)]
    public void A_list_shows_what_matters(string again)
    {
        using var lists = new ListSession("SandboxViolation");
        object made = session.Invoke(Run + again + "$v | Where-Object Operation -EQ rename").Succeeded().Objects[0];
        string[] lines = [.. lists.Render(made).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        foreach (string part in "Category : File|Operation : rename|Path : /usr/bin|Destination : /usr/a|Error : EROFS (30): Read-only file system|Process : python3 (|Executable : /usr/bin/python3|Cause : |Arguments : 0x".Split('|'))
            Assert.Contains(lines, line => line.StartsWith(part.Trim(), StringComparison.Ordinal));
    }
}
