using System.Collections;
using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Profiles;

public sealed class ProfileReaderTests
{
    [Fact]
    public void ReadsSizesTimesAndLists()
    {
        HardeningProfile p = ProfileReader.FromJson("""
            { "name": "x", "memoryLimit": "512MB", "tmpfsSize": 8192, "timeout": "00:01:30", "cpuShare": 1.5, "namespaces": ["Pid", "User"],
              "tcpConnectPorts": [443], "keepCapabilities": ["net_raw"], "resourceLimits": { "nofile": 64, "as": "2 * memory" } }
            """);
        Assert.Equal((536870912L, 8192L, 90.0, 1.5), (p.MemoryLimit, p.TmpfsSize, p.Timeout, p.CpuShare));
        Assert.Equal(NamespaceKinds.Pid | NamespaceKinds.User, p.Namespaces);
        Assert.Equal(443, Assert.Single(p.TcpConnectPorts!));
        Assert.Equal("CAP_NET_RAW", Assert.Single(p.KeepCapabilities));
        Assert.Equal(("64", "2 * memory"), (p.ResourceLimits["nofile"], p.ResourceLimits["as"]));
    }

    [Theory]
    [InlineData("{\n\"name\":\"x\",\n\"landlok\":true}", "UNKNOWN_PROPERTY", "$.landlok, line 3", "landlock")]
    [InlineData("{\n\"name\":\"x\",\n\"Landlock\":true}", "UNKNOWN_PROPERTY", "$.Landlock, line 3", "landlock")]
    [InlineData("{\"name\":\"x\",\n\"name\":\"y\"}", "SYNTAX", "line 2", "already exists")]
    [InlineData("{\"name\":\"x\",\"landlock\":\"true\"}", "WRONG_TYPE", "$.landlock", "a string")]
    [InlineData("{\"name\":\"x\",\"processLimit\":0}", "OUT_OF_RANGE", "$.processLimit", "0 is not between")]
    [InlineData("{\"name\":\"x\",\"memoryLimit\":99999999999999999999}", "OUT_OF_RANGE", "$.memoryLimit", "64 bits")]
    [InlineData("{\"name\":\"x\",\"memoryLimit\":\"9XB\"}", "BAD_VALUE", "$.memoryLimit", "XB")]
    [InlineData("{\"name\":\"x\",\"timeout\":\"soon\"}", "BAD_VALUE", "$.timeout", "soon")]
    [InlineData("{\"name\":\"x\",\"timeout\":-1}", "OUT_OF_RANGE", "$.timeout", "-1")]
    [InlineData("{\"name\":\"x\",\"namespaces\":[\"Pid\",\n\"Ptd\"]}", "UNKNOWN_NAME", "$.namespaces[1], line 2", "Did you mean 'Pid'?")]
    [InlineData("{\"name\":\"x\",\"namespaces\":[\"7\"]}", "UNKNOWN_NAME", "$.namespaces[0]", "'7'")]
    [InlineData("{\"name\":\"x\",\"keepCapabilities\":[\"CAP_NET_ADMN\"]}", "UNKNOWN_NAME", "$.keepCapabilities[0]", "CAP_NET_ADMIN")]
    [InlineData("{\"name\":\"x\",\"resourceLimits\":{\"nofil\":1}}", "UNKNOWN_NAME", "$.resourceLimits.nofil", "nofile")]
    [InlineData("{\"name\":\"x\",\"resourceLimits\":{\"as\":\"2 *\"}}", "BAD_VALUE", "$.resourceLimits.as", "column 4")]
    [InlineData("{\"name\":\"x\",\"readOnlyPaths\":[\"etc\"]}", "BAD_VALUE", "$.readOnlyPaths[0]", "absolute")]
    [InlineData("{\"name\":\"x\",\"root\":\"Directory\"}", "MISSING_PROPERTY", "$", "rootDirectory")]
    [InlineData("{\"name\":\"x\",\"extends\":\"Strickt\"}", "UNKNOWN_NAME", "$.extends", "Did you mean 'Strict'?")]
    [InlineData("{}", "MISSING_PROPERTY", "$", "name")]
    [InlineData("[]", "WRONG_TYPE", "$", "a list")]
    [InlineData("{\"name\":\"x\"} 1", "SYNTAX", "line 1", "Additional text")]
    [InlineData("{\"name\":", "SYNTAX", "line 1", "")]
    public void AMistakeNamesItsPlace(string json, string reason, string place, string message)
    {
        var e = Assert.Throws<SandboxException>(() => ProfileReader.FromJson(json, "file.json"));
        Assert.Equal(($"HardeningProfile,{reason}", SandboxErrorKind.ParserError), (e.ErrorId, e.Kind));
        Assert.StartsWith("file.json, ", e.Message);
        Assert.Contains(place, e.Message);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void ExtendsAFileRelativeToItself()
    {
        using var files = new TemporaryDirectory();
        files.Write("base.json", """{ "name": "b", "extends": "Strict", "memoryLimit": "1GB" }""");
        string derived = files.Write("sub/d.json", """{ "extends": "../base.json", "name": "d", "memoryLimit": "512MB", "resourceLimits": { "nofile": 99 } }""");
        HardeningProfile p = ProfileReader.FromFile(derived);
        Assert.Equal(("d", 512L << 20, NamespaceKinds.All, "99", "0"), (p.Name, p.MemoryLimit, p.Namespaces, p.ResourceLimits["nofile"], p.ResourceLimits["core"]));
    }

    [Fact]
    public void ACycleIsAnError()
    {
        using var files = new TemporaryDirectory();
        files.Write("a.json", """{ "name": "a", "extends": "b.json" }""");
        string b = files.Write("b.json", """{ "name": "b", "extends": "a.json" }""");
        Assert.Equal("HardeningProfile,CYCLE", Assert.Throws<SandboxException>(() => ProfileReader.FromFile(b)).ErrorId);
    }

    [Fact]
    public void AMissingFileIsNotFound() =>
        Assert.Equal(SandboxErrorKind.ObjectNotFound, Assert.Throws<SandboxException>(() => ProfileReader.FromFile("/nonexistent/p.json")).Kind);

    [Fact]
    public void ReadsAHashtable()
    {
        HardeningProfile p = ProfileReader.FromDictionary(new Hashtable
        {
            ["NAME"] = "x",
            ["Namespaces"] = NamespaceKinds.Pid,
            ["MemoryLimit"] = 1 << 20,
            ["Timeout"] = TimeSpan.FromSeconds(3),
            ["HiddenPaths"] = new object[] { "/a" },
            ["ResourceLimits"] = new Hashtable { ["nofile"] = 12 },
        });
        Assert.Equal(("x", NamespaceKinds.Pid, 1L << 20, 3.0, "/a", "12"),
            (p.Name, p.Namespaces, p.MemoryLimit, p.Timeout, Assert.Single(p.HiddenPaths), p.ResourceLimits["nofile"]));
        var e = Assert.Throws<SandboxException>(() => ProfileReader.FromDictionary(new Hashtable { ["Name"] = "x", ["ResourceLimits"] = new Hashtable { ["cpu"] = true } }, "p.psd1"));
        Assert.StartsWith("p.psd1, $.ResourceLimits.cpu: ", e.Message);
    }
}
